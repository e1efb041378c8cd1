-- The keys that the night's revisions have set, and those of the newest other reset.
with newest as (
  select b.batch_id
    from oms.inventory_sync_batch b
   where b.kind = 'RESET'
     and b.external_system_id = current_setting('stockflow.external_system_id')
     and b.business_date <> current_setting('stockflow.business_date')::date
   order by b.snapshot_at desc, b.revision desc
   limit 1
)
select r.batch_id, r.facility_id, r.product_id, r.external_qoh, r.quantity_on_hand_diff
  from oms.external_inventory_reset r
 where r.batch_id in (
   select batch_id from newest
   union
   select b.batch_id
     from oms.inventory_sync_batch b
    where b.kind = 'RESET'
      and b.external_system_id = current_setting('stockflow.external_system_id')
      and b.business_date = current_setting('stockflow.business_date')::date
 )
