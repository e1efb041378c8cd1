-- $1 kind    $2 external system    $3 business date
select batch_id, snapshot_at, file_sha256, rows, attempt_token, result
  from oms.inventory_sync_batch
 where kind = $1
   and external_system_id = $2
   and business_date = $3;
