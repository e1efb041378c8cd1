-- $1 external system    $2 business date    $3 revision
insert into oms.inventory_sync_held_key (external_system_id, business_date, revision, facility_id, product_id, reason, detail)
select $1, $2, $3, k.facility_id, k.product_id, 'CONFLICTING_ROWS',
       format('lines %s say %s', string_agg(r.line::text, ', ' order by r.line), string_agg(r.quantity::text, ', ' order by r.line))
  from sync_key k
  join sync_row r using (facility_id, product_id)
 where k.status = 'conflicting' and r.problem is null
 group by k.facility_id, k.product_id;
