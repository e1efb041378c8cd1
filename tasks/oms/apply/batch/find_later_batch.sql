-- The newest snapshot of another night that is already in the counts, if it is not older than this one.
--   $1 external system    $2 business date    $3 this snapshot's instant
select kind, business_date, snapshot_at
  from oms.inventory_sync_batch
 where external_system_id = $1
   and business_date <> $2
   and snapshot_at >= $3
 order by snapshot_at desc
 limit 1;
