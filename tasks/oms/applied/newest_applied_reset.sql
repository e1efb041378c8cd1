-- The newest snapshot of another night's reset that is in the counts. This night's own do not count, since it must find its
-- own file again when it is repeated.
--   $1 external system    $2 business date
select business_date, snapshot_at
  from oms.inventory_sync_batch
 where kind = 'RESET'
   and external_system_id = $1
   and business_date <> $2
   and snapshot_at is not null
 order by snapshot_at desc
 limit 1;
