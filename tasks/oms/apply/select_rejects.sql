-- $1 how many
select r.line, r.problem, l.raw
  from sync_row r
  join sync_line l using (line)
 where r.problem is not null
 order by r.line
 limit $1;
