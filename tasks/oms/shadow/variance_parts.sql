-- Splits each V into its parts: units that left a store and were booked at another (wrong_store, at both), and units that nobody has
-- booked (unacknowledged). The parts of a key add up to its V.
with shipped as (
  select item_issuance_id, facility_id, product_id, quantity
    from issued
   where issued_at <= snapshot_at and not settled
), booked as (
  select item_issuance_id, facility_id, product_id, -sum(quantity_diff) as quantity
    from posted
   where booked = 'yes' and not settled
   group by item_issuance_id, facility_id, product_id
), elsewhere as (
  select b.*
    from booked b
    left join issued s using (item_issuance_id)
   where b.facility_id is distinct from s.facility_id or b.product_id is distinct from s.product_id
), at_home as (
  select b.*
    from booked b
    join issued s using (item_issuance_id, facility_id, product_id)
), part as (
  select facility_id, product_id, 'wrong_store' as kind, quantity from elsewhere
  union all
  select s.facility_id, s.product_id, 'wrong_store', -e.quantity from shipped s join elsewhere e using (item_issuance_id)
  union all
  select s.facility_id, s.product_id, 'unacknowledged', e.quantity from shipped s join elsewhere e using (item_issuance_id)
  union all
  select facility_id, product_id, 'unacknowledged', -quantity from shipped
  union all
  select facility_id, product_id, 'unacknowledged', quantity from at_home
)
insert into pg_temp.variance_part (facility_id, product_id, kind, quantity)
select facility_id, product_id, kind, sum(quantity)
  from part
  join frozen_product using (product_id)
 where facility_id is not null
 group by facility_id, product_id, kind
having sum(quantity) <> 0;
