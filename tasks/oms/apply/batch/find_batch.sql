-- $1 kind    $2 external system    $3 business date    $4 revision
select batch_id, snapshot_at, file_sha256, rows, attempt_token, applied_at, result
  from oms.inventory_sync_batch
 where kind = $1
   and external_system_id = $2
   and business_date = $3
   and revision = $4;
