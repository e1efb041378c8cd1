-- A revision's freeze as recorded, and counts of what has happened since.
--   $1 external system    $2 business date    $3 revision
select z.snapshot_at, z.facility_snapshots, z.go_live, z.id_type, z.product_ids, z.id_values, z.expectation_count,
       (select count(*) from oms.inventory_sync_expectation e
         where e.external_system_id = z.external_system_id and e.business_date = z.business_date
           and e.revision = z.revision)::integer as expectation_count_now,
       z.earlier_batch_count,
       (select count(*) from oms.inventory_sync_batch b
         where b.external_system_id = z.external_system_id
           and (b.business_date, b.revision) <> (z.business_date, z.revision))::integer as earlier_batch_count_now,
       exists (
         select from oms.inventory_sync_batch b
          where b.kind = 'RESET' and b.external_system_id = z.external_system_id and b.business_date = z.business_date
            and b.revision = z.revision
       ) as is_applied
  from oms.inventory_sync_freeze z
 where z.external_system_id = $1
   and z.business_date = $2
   and z.revision = $3;
