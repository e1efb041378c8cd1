-- The rows of the night's variance file: every V that is not zero and not held, in byte order.
--   $1 external system    $2 business date    $3 revision
select e.facility_id, coalesce(f.external_id, '') as external_facility_id, p.id_value,
       trim_scale(e.variance_qty)::text as quantity, coalesce(e.location_seq_id, '') as location_seq_id
  from oms.inventory_sync_expectation e
  join frozen_product p using (product_id)
  left join oms.facility f using (facility_id)
 where e.external_system_id = $1
   and e.business_date = $2
   and e.revision = $3
   and e.variance_qty <> 0
   and not exists (
     select from oms.inventory_sync_held_key h
      where h.external_system_id = $1 and h.business_date = $2 and h.revision = $3
        and h.facility_id = e.facility_id and h.product_id = e.product_id
        -- The reset finds these after the file was published, and a repeated freeze must publish the same file.
        and h.reason not in ('CONFLICTING_ROWS', 'SEVERAL_LOCATIONS')
   )
 order by e.facility_id collate "C", e.product_id collate "C";
