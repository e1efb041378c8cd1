-- $1 facility ids    $2 their snapshot instants, in the same order
insert into frozen_facility (facility_id, snapshot_at)
select facility_id, snapshot_at from unnest($1::text[], $2::timestamptz[]) as own (facility_id, snapshot_at);
