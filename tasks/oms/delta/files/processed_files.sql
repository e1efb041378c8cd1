-- The listed files that were processed in their present version. A changed size or mtime makes a file new.
--   $1 external system    $2 locations    $3 bytes    $4 mtimes, in the same order
select f.location, f.outcome, coalesce(f.reason, '') as reason
  from unnest($2::text[], $3::bigint[], $4::timestamptz[]) as there (location, bytes, modified_at)
  join oms.inventory_delta_file f
    on f.external_system_id = $1
   and f.location = there.location
   and f.bytes = there.bytes
   and f.modified_at is not distinct from there.modified_at;
