-- The newest revision of a night whose reset is applied.  $1 external system    $2 business date
select revision, snapshot_at, file_sha256, applied_at
  from oms.inventory_sync_batch
 where kind = 'RESET'
   and external_system_id = $1
   and business_date = $2
 order by revision desc
 limit 1;
