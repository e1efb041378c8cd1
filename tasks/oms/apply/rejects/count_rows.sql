-- The outcome of the file's rows, without the rejected ones.
select (select count(*)::integer from sync_line) as rows,
       count(*) filter (where status = 'usable')::integer as usable_keys,
       count(*) filter (where status = 'held')::integer as held_keys,
       count(*) filter (where status = 'conflicting')::integer as conflicting_keys,
       count(*) filter (where status = 'several_locations')::integer as keys_at_several_locations,
       coalesce(sum(line_count - location_count) filter (where status in ('usable', 'held')), 0)::integer as collapsed,
       coalesce(sum(location_count - 1) filter (where status in ('usable', 'held')), 0)::integer as summed,
       coalesce(sum(line_count) filter (where status in ('conflicting', 'several_locations')), 0)::integer as held_out_rows
  from sync_key;
