-- $1 external system    $2 business date    $3 revision
insert into oms.inventory_sync_held_key (external_system_id, business_date, revision, facility_id, product_id, reason, detail)
select $1, $2, $3, k.facility_id, k.product_id,
       case k.status when 'conflicting' then 'CONFLICTING_ROWS' else 'SEVERAL_LOCATIONS' end,
       format('lines %s say %s', string_agg(r.line::text, ', ' order by r.line),
              string_agg(r.quantity || coalesce(' at ' || r.location_seq_id, ''), ', ' order by r.line))
  from sync_key k
  join sync_row r using (facility_id, product_id)
 where k.status in ('conflicting', 'several_locations') and r.problem is null
 group by k.facility_id, k.product_id, k.status;
