-- The batch ids of the night that was applied last, of its newest revision.
with last as (
  select external_system_id, business_date, revision
    from oms.inventory_sync_batch
   where kind = 'RESET'
   order by applied_at desc
   limit 1
)
select b.batch_id
  from oms.inventory_sync_batch b
  join last using (external_system_id, business_date, revision);
