-- The nights that the sync applied, newest first, each revision by itself.
--   $1 applied before, or null    $2 how many
select b.batch_id, b.external_system_id, b.business_date::text as business_date, b.revision, b.snapshot_at, b.applied_at,
       b.file_sha256, b.attempt_token
  from oms.inventory_sync_batch b
 where b.kind = 'RESET'
   and ($1::timestamptz is null or b.applied_at < $1)
 order by b.applied_at desc, b.batch_id collate "C"
 limit $2;
