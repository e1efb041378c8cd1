-- $1 ids of the facilities with a snapshot of their own    $2 those instants, in the same order    $3 the file's
insert into sync_facility (facility_id, external_id, facility_no, snapshot_at)
select f.facility_id, f.external_id, row_number() over (order by f.facility_id collate "C"), coalesce(own.snapshot_at, $3)
  from oms.facility f
  left join unnest($1::text[], $2::timestamptz[]) as own (facility_id, snapshot_at) on own.facility_id = f.facility_id;
