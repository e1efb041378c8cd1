-- The night's own, and that of the newest other reset, with whose products the night is compared.
select z.external_system_id, z.business_date, z.revision, z.snapshot_at, z.facility_snapshots, z.go_live, z.id_type, z.product_ids,
       z.id_values, z.expectation_count, z.earlier_batch_count
  from oms.inventory_sync_freeze z
 where z.external_system_id = current_setting('stockflow.external_system_id')
   and (z.business_date = current_setting('stockflow.business_date')::date
        or (z.business_date, z.revision) = (
          select b.business_date, b.revision
            from oms.inventory_sync_batch b
           where b.kind = 'RESET'
             and b.external_system_id = current_setting('stockflow.external_system_id')
             and b.business_date <> current_setting('stockflow.business_date')::date
           order by b.snapshot_at desc, b.revision desc
           limit 1
        ))
