-- Each line's facility and product under the OMS's own ids, or why it is rejected.
--   $1 external system    $2 business date    $3 the id type of a line that names none
with frozen as (
  -- The list the night was frozen with: no other product has an L and a V to be reset against.
  select z.id_type, listed.product_id, listed.id_value
    from oms.inventory_sync_freeze z
   cross join lateral unnest(z.product_ids, z.id_values) as listed (product_id, id_value)
   where z.external_system_id = $1 and z.business_date = $2
), external as (
  select external_id, min(facility_id) as facility_id, count(*) as facility_count
    from oms.facility
   where external_id <> ''
   group by external_id
)
insert into sync_row (line, facility_id, product_id, quantity, location_seq_id, problem)
select l.line, coalesce(own.facility_id, external.facility_id), frozen.product_id, l.quantity, nullif(l.location_seq_id, ''),
       case
         when l.problem is not null then l.problem
         when l.facility_id = '' and l.external_facility_id = '' then 'names no facility'
         when l.facility_id <> '' and own.facility_id is null then format('unknown facility %s', l.facility_id)
         when l.facility_id = '' and external.facility_id is null
           then format('unknown external facility %s', l.external_facility_id)
         when l.facility_id = '' and external.facility_count > 1
           then format('external facility %s is %s facilities', l.external_facility_id, external.facility_count)
         when external.facility_count = 1 and own.facility_id <> external.facility_id
           then format('facility %s and external facility %s are two', l.facility_id, l.external_facility_id)
         when frozen.product_id is null
           then format('unknown product %s %s', coalesce(nullif(l.id_type, ''), $3), l.id_value)
       end
  from sync_line l
  left join oms.facility own on own.facility_id = l.facility_id
  left join external on external.external_id = l.external_facility_id
  left join frozen on frozen.id_value = l.id_value and frozen.id_type = coalesce(nullif(l.id_type, ''), $3);
