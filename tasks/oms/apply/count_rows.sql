-- Where the file's rows went: every one is in exactly one of these.
select rows, rejected,
       count(*) filter (where status = 'usable')::integer as usable_keys,
       count(*) filter (where status = 'held')::integer as held_keys,
       count(*) filter (where status = 'conflicting')::integer as conflicting_keys,
       coalesce(sum(line_count - 1) filter (where status <> 'conflicting'), 0)::integer as collapsed,
       coalesce(sum(line_count) filter (where status = 'conflicting'), 0)::integer as conflicting_rows
  from (select count(*)::integer as rows, count(problem)::integer as rejected from sync_row) r
  left join sync_key on true
 group by rows, rejected;
