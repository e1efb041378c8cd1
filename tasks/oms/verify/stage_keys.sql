-- What each key should be: as it was set, and V where the variance is applied.
--   $1 external system    $2 business date    $3 is the variance applied
insert into covered_key (facility_id, product_id, inventory_item_id, snapshot_at, due, on_hand_now)
select k.facility_id, k.product_id, i.inventory_item_id,
       coalesce((z.facility_snapshots ->> k.facility_id)::timestamptz, b.snapshot_at),
       k.external_qoh + case when $3 then coalesce(e.variance_qty, 0) else 0 end,
       coalesce(i.quantity_on_hand_total, 0)
  from set_key k
 cross join (
   select snapshot_at
     from oms.inventory_sync_batch
    where kind = 'RESET' and external_system_id = $1 and business_date = $2
 ) b
  left join oms.inventory_sync_freeze z on z.external_system_id = $1 and z.business_date = $2
  left join oms.inventory_item i on i.facility_id = k.facility_id and i.product_id = k.product_id
  left join oms.inventory_sync_expectation e
    on e.external_system_id = $1 and e.business_date = $2
   and e.facility_id = k.facility_id and e.product_id = k.product_id;
