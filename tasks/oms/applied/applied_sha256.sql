-- The latest other night that was applied from the same file.
--   $1 external system    $2 business date    $3 the external system's own file
select business_date, snapshot_at
  from oms.inventory_sync_batch
 where kind = 'RESET'
   and external_system_id = $1
   and business_date <> $2
   and file_sha256 = $3
   and snapshot_at is not null
 order by business_date desc, revision desc
 limit 1;
