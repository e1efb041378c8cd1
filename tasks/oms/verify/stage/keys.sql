-- The expected count of each key: as it was set last, plus V if the variance of that revision is applied. A variance that a
-- later revision settled was posted only for the keys that the later one does not set.
--   $1 external system    $2 business date
insert into covered_key (facility_id, product_id, inventory_item_id, snapshot_at, expected, on_hand_now, set_count)
select k.facility_id, k.product_id, i.inventory_item_id,
       coalesce((z.facility_snapshots ->> k.facility_id)::timestamptz, b.snapshot_at),
       k.external_qoh + case when v.batch_id is not null then coalesce(e.variance_qty, 0) else 0 end,
       coalesce(i.quantity_on_hand_total, 0), k.set_count
  from set_key k
  join oms.inventory_sync_batch b using (batch_id)
  left join oms.inventory_sync_batch v
    on v.kind = 'VARIANCE' and v.external_system_id = $1 and v.business_date = $2 and v.revision = b.revision
  left join oms.inventory_sync_freeze z
    on z.external_system_id = $1 and z.business_date = $2 and z.revision = b.revision
  left join oms.inventory_item i on i.facility_id = k.facility_id and i.product_id = k.product_id
  left join oms.inventory_sync_expectation e
    on e.external_system_id = $1 and e.business_date = $2 and e.revision = b.revision
   and e.facility_id = k.facility_id and e.product_id = k.product_id;
