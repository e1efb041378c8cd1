-- Where the file's rows went, but for those that are rejected.
select (select count(*)::integer from sync_line) as rows,
       count(*) filter (where status = 'usable')::integer as usable_keys,
       count(*) filter (where status = 'held')::integer as held_keys,
       count(*) filter (where status = 'conflicting')::integer as conflicting_keys,
       coalesce(sum(line_count - 1) filter (where status <> 'conflicting'), 0)::integer as collapsed,
       coalesce(sum(line_count) filter (where status = 'conflicting'), 0)::integer as conflicting_rows
  from sync_key;
