-- The newest snapshot of a reset that is in the counts; those of this night do not count, as it must find its own file again.
--   $1 external system    $2 business date
select max(snapshot_at) as snapshot_at
  from oms.inventory_sync_batch
 where kind = 'RESET'
   and external_system_id = $1
   and business_date <> $2;
