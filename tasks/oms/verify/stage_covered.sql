-- Sums the ledger anew, by its rows and not by the totals or by what the batches reported.
--   $1 external system    $2 business date
with night as (
  select b.batch_id, b.snapshot_at, z.facility_snapshots,
         exists (
           select from oms.inventory_sync_batch v
            where v.kind = 'VARIANCE' and v.external_system_id = $1 and v.business_date = $2
         ) as has_variance
    from oms.inventory_sync_batch b
    left join oms.inventory_sync_freeze z using (external_system_id, business_date)
   where b.kind = 'RESET' and b.external_system_id = $1 and b.business_date = $2
), key as (
  select r.facility_id, r.product_id, i.inventory_item_id, i.quantity_on_hand_total,
         r.external_qoh + case when night.has_variance then coalesce(e.variance_qty, 0) else 0 end as due,
         coalesce((night.facility_snapshots ->> r.facility_id)::timestamptz, night.snapshot_at) as snapshot_at
    from night
    join oms.external_inventory_reset r using (batch_id)
    left join oms.inventory_item i using (facility_id, product_id)
    left join oms.inventory_sync_expectation e
      on e.external_system_id = $1 and e.business_date = $2
     and e.facility_id = r.facility_id and e.product_id = r.product_id
), ledger as (
  select k.inventory_item_id,
         sum(d.quantity_on_hand_diff) filter (where d.effective_date <= k.snapshot_at) as up_to_snapshot,
         sum(d.quantity_on_hand_diff) filter (where d.effective_date > k.snapshot_at) as after_snapshot
    from key k
    join oms.inventory_item_detail d using (inventory_item_id)
   group by k.inventory_item_id
)
insert into covered (facility_id, product_id, due, up_to_snapshot, after_snapshot, on_hand_now)
select k.facility_id, k.product_id, k.due, coalesce(l.up_to_snapshot, 0), coalesce(l.after_snapshot, 0),
       coalesce(k.quantity_on_hand_total, 0)
  from key k
  left join ledger l using (inventory_item_id);
