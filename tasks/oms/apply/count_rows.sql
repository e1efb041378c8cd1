-- Where the file's rows went: every one is in exactly one of these.
select (select count(*) from sync_row)::integer as rows,
       (select count(*) from sync_row where problem is not null)::integer as rejected,
       count(*) filter (where status = 'usable')::integer as usable_keys,
       count(*) filter (where status = 'held')::integer as held_keys,
       count(*) filter (where status = 'conflicting')::integer as conflicting_keys,
       coalesce(sum(line_count - 1) filter (where status <> 'conflicting'), 0)::integer as collapsed,
       coalesce(sum(line_count) filter (where status = 'conflicting'), 0)::integer as conflicting_rows
  from sync_key;
