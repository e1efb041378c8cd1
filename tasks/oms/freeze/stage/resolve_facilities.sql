-- Facilities with a snapshot of their own, by our id. A file may name a facility by either id; ours takes precedence.
--   $1 ids as the file has them    $2 their snapshot instants, in the same order
select distinct on (f.facility_id) f.facility_id, named.snapshot_at
  from unnest($1::text[], $2::timestamptz[]) as named (id, snapshot_at)
  join oms.facility f
    on f.facility_id = named.id
    or (f.external_id = named.id and not exists (select from oms.facility o where o.facility_id = named.id))
 order by f.facility_id, (named.id = f.facility_id) desc, named.snapshot_at desc;
