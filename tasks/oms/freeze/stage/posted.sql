-- $1 the file's snapshot instant
with relevant as (
  select q.*
    from oms.external_inventory_posting q
    join frozen_product using (product_id)
   -- A posting without a shipment is a movement of its own, such as a transfer that both systems booked: it is in L and in the file.
   where q.item_issuance_id is not null
  union all
  select q.*
    from issued
    join oms.external_inventory_posting q using (item_issuance_id)
   where q.product_id is null
      or not exists (select from frozen_product p where p.product_id = q.product_id)
), named as (
  select q.*, coalesce(q.product_id, s.product_id) as booked_product_id, coalesce(s.settled, false) as settled,
         -- The snapshot of the store where it was booked decides.
         coalesce(f.snapshot_at, $1) as snapshot_at
    from relevant q
    left join issued s using (item_issuance_id)
    left join frozen_facility f on f.facility_id = coalesce(q.facility_id, s.facility_id)
)
insert into posted (posting_id, item_issuance_id, facility_id, product_id, quantity_diff, sent_at, response_at, settled, booked)
select posting_id, item_issuance_id, facility_id, booked_product_id, quantity_diff, sent_at, response_at, settled,
       case
         when external_posted_at > snapshot_at then 'no'
         -- Booked, but at an unknown store.
         when external_posted_at <= snapshot_at and facility_id is null then 'unknown'
         when external_posted_at <= snapshot_at then 'yes'
         -- Below, the external system never gave the time. An answer by the snapshot proves that it was booked by then ...
         when response_at <= snapshot_at and facility_id is not null then 'yes'
         -- ... and a document not sent by then was not booked by then. Anything in between, or without these times, is unknown.
         when sent_at > snapshot_at and (response_at is null or response_at > snapshot_at) then 'no'
         else 'unknown'
       end
  from named;
