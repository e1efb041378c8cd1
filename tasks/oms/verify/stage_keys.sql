-- The keys that the reset covered, with what each should be.  $1 external system    $2 business date
insert into covered_key (facility_id, product_id, inventory_item_id, snapshot_at, due, on_hand_now)
select r.facility_id, r.product_id, i.inventory_item_id,
       coalesce((z.facility_snapshots ->> r.facility_id)::timestamptz, b.snapshot_at),
       r.external_qoh + case when v.batch_id is null then 0 else coalesce(e.variance_qty, 0) end,
       coalesce(i.quantity_on_hand_total, 0)
  from oms.inventory_sync_batch b
  join oms.external_inventory_reset r using (batch_id)
  left join oms.inventory_sync_batch v
    on v.kind = 'VARIANCE' and v.external_system_id = b.external_system_id and v.business_date = b.business_date
  left join oms.inventory_sync_freeze z
    on z.external_system_id = b.external_system_id and z.business_date = b.business_date
  left join oms.inventory_item i on i.facility_id = r.facility_id and i.product_id = r.product_id
  left join oms.inventory_sync_expectation e
    on e.external_system_id = $1 and e.business_date = $2
   and e.facility_id = r.facility_id and e.product_id = r.product_id
 where b.kind = 'RESET' and b.external_system_id = $1 and b.business_date = $2;
