-- Batches by id, whatever their kind, oldest first.  $1 batch ids
select batch_id, kind, external_system_id, business_date::text as business_date, revision, snapshot_at, attempt_token, applied_at, result
  from oms.inventory_sync_batch
 where batch_id = any ($1)
union all
select batch_id, 'DELTA', external_system_id, null, null, null, attempt_token, applied_at, result
  from oms.inventory_delta_batch
 where batch_id = any ($1)
 order by applied_at, batch_id;
