-- $1 the file's snapshot instant    $2 go-live instant or null
with relevant as (
  select s.item_issuance_id
    from oms.item_issuance s
    join frozen_product using (product_id)
  union
  select s.item_issuance_id
    from oms.item_issuance s
    join oms.inventory_item i using (inventory_item_id)
    join frozen_product p on p.product_id = i.product_id
   where s.product_id is null
  union
  -- A posting may name another product than was shipped; its shipment says whether it is settled.
  select q.item_issuance_id
    from oms.external_inventory_posting q
    join frozen_product using (product_id)
   where q.item_issuance_id is not null
), named as (
  select s.item_issuance_id, s.order_id,
         coalesce(s.facility_id, i.facility_id) as facility_id,
         coalesce(s.product_id, i.product_id) as product_id,
         s.quantity, coalesce(s.cancel_quantity, 0) as cancel_quantity, s.inventory_item_id,
         -- A shipment is its issuance and its detail; where the one has no time the other has.
         -- With neither, nothing left the shelf, and the comparisons below make it count as nothing.
         coalesce(s.issued_date_time, (
           select min(d.effective_date)
             from oms.inventory_item_detail d
            where d.inventory_item_id = s.inventory_item_id
              and d.item_issuance_id = s.item_issuance_id
         )) as issued_at
    from relevant
    join oms.item_issuance s using (item_issuance_id)
    left join oms.inventory_item i using (inventory_item_id)
), returned as (
  -- cancel_quantity does not say when. The details by which units came back do: those after the snapshot had still left
  -- at it, and stand among what moved later. Bounded by the earliest of all snapshots, for the index.
  select d.item_issuance_id, d.inventory_item_id, d.effective_date, d.quantity_on_hand_diff as quantity
    from oms.inventory_item_detail d
   where d.effective_date > least($1, (select min(snapshot_at) from frozen_facility))
     and d.item_issuance_id is not null
     and d.quantity_on_hand_diff > 0
)
insert into issued (item_issuance_id, order_id, facility_id, product_id, quantity, issued_at, snapshot_at, settled)
select n.item_issuance_id, n.order_id, n.facility_id, n.product_id,
       n.quantity - n.cancel_quantity + least(n.cancel_quantity, (
         select coalesce(sum(r.quantity), 0)
           from returned r
          where r.item_issuance_id = n.item_issuance_id
            and r.inventory_item_id = n.inventory_item_id
            and r.effective_date > coalesce(f.snapshot_at, $1)
       )),
       n.issued_at,
       coalesce(f.snapshot_at, $1), coalesce(n.issued_at < $2, false)
  from named n
  left join frozen_facility f on f.facility_id = n.facility_id;
