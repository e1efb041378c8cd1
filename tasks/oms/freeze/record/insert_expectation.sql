-- L and V of every key of the active products that has an inventory item or a V that is not zero.
--   $1 external system    $2 business date    $3 the file's snapshot instant    $4 the earliest of all its snapshots
--   $5 revision
with later as (
  -- The ledger's full history is never summed: the present total is known, and only some hours lie after the snapshot.
  -- $4 bounds them for the index; each facility's own snapshot then decides.
  select d.inventory_item_id, sum(d.quantity_on_hand_diff) as quantity
    from oms.inventory_item_detail d
    join oms.inventory_item i using (inventory_item_id)
    join frozen_product using (product_id)
    left join frozen_facility f on f.facility_id = i.facility_id
   where d.effective_date > $4
     and d.effective_date > coalesce(f.snapshot_at, $3)
   group by d.inventory_item_id
), ledger as (
  select i.facility_id, i.product_id, i.quantity_on_hand_total - coalesce(later.quantity, 0) as quantity,
         i.location_seq_id
    from oms.inventory_item i
    join frozen_product using (product_id)
    left join later using (inventory_item_id)
), movement as (
  -- Units that left the shelf here and are unknown to the external system ...
  select facility_id, product_id, -quantity as quantity
    from issued
   where issued_at <= snapshot_at and not settled
  union all
  -- ... less its bookings here, right or wrong: its booking of -2 hides 2 units that the shelf still has,
  -- unless a shipment above took them.
  select facility_id, product_id, -quantity_diff
    from posted
   where booked = 'yes' and not settled
), variance as (
  select facility_id, product_id, sum(quantity) as quantity
    from movement
    join frozen_product using (product_id)
   where facility_id is not null
   group by facility_id, product_id
  having sum(quantity) <> 0
)
insert into oms.inventory_sync_expectation
       (external_system_id, business_date, revision, facility_id, product_id, snapshot_at, ledger_qoh_at_snapshot,
        variance_qty, location_seq_id)
select $1, $2, $5, facility_id, product_id, coalesce(f.snapshot_at, $3), coalesce(ledger.quantity, 0),
       coalesce(variance.quantity, 0), ledger.location_seq_id
  from ledger
  full join variance using (facility_id, product_id)
  left join frozen_facility f using (facility_id)
 -- In the order of the primary key: a million keys in another order jump around in its index.
 order by facility_id, product_id;
