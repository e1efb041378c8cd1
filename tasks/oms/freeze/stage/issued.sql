-- $1 the file's snapshot instant    $2 go-live instant or null
with shipped as materialized (
  select s.item_issuance_id, s.order_id, s.facility_id, s.product_id, s.inventory_item_id,
         s.quantity, coalesce(s.cancel_quantity, 0) as cancel_quantity, s.issued_date_time
    from oms.item_issuance s
    join frozen_product using (product_id)
  union all
  select s.item_issuance_id, s.order_id, s.facility_id, i.product_id, s.inventory_item_id,
         s.quantity, coalesce(s.cancel_quantity, 0), s.issued_date_time
    from oms.item_issuance s
    join oms.inventory_item i using (inventory_item_id)
    join frozen_product p on p.product_id = i.product_id
   where s.product_id is null
), misnamed as (
  -- A posting may name another product than was shipped; its shipment decides whether it is settled.
  select distinct q.item_issuance_id
    from oms.external_inventory_posting q
    join frozen_product using (product_id)
   where q.item_issuance_id is not null
     and not exists (select from shipped where shipped.item_issuance_id = q.item_issuance_id)
), relevant as (
  select * from shipped
  union all
  select s.item_issuance_id, s.order_id, s.facility_id, coalesce(s.product_id, i.product_id), s.inventory_item_id,
         s.quantity, coalesce(s.cancel_quantity, 0), s.issued_date_time
    from misnamed
    join oms.item_issuance s using (item_issuance_id)
    left join oms.inventory_item i using (inventory_item_id)
), named as (
  select r.item_issuance_id, r.order_id, r.product_id, r.quantity, r.cancel_quantity, r.inventory_item_id,
         coalesce(r.facility_id, (
           select i.facility_id from oms.inventory_item i where i.inventory_item_id = r.inventory_item_id
         )) as facility_id,
         -- A shipment is its issuance and its detail; if one has no time, the other's is used.
         -- With neither, nothing left the shelf, and the comparisons below make it count as nothing.
         coalesce(r.issued_date_time, (
           select min(d.effective_date)
             from oms.inventory_item_detail d
            where d.inventory_item_id = r.inventory_item_id
              and d.item_issuance_id = r.item_issuance_id
         )) as issued_at
    from relevant r
)
insert into issued (item_issuance_id, order_id, facility_id, product_id, quantity, issued_at, snapshot_at, settled)
select n.item_issuance_id, n.order_id, n.facility_id, n.product_id,
       n.quantity - n.cancel_quantity + case
         when n.cancel_quantity = 0 then 0
         -- cancel_quantity has no time. The details by which units came back have one: those after the snapshot had still
         -- left at it, and are counted among the later movements.
         else least(n.cancel_quantity, (
           select coalesce(sum(d.quantity_on_hand_diff), 0)
             from oms.inventory_item_detail d
            where d.inventory_item_id = n.inventory_item_id
              and d.item_issuance_id = n.item_issuance_id
              and d.effective_date > coalesce(f.snapshot_at, $1)
              and d.quantity_on_hand_diff > 0
         ))
       end,
       n.issued_at,
       coalesce(f.snapshot_at, $1), coalesce(n.issued_at < $2, false)
  from named n
  left join frozen_facility f on f.facility_id = n.facility_id;
