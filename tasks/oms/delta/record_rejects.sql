-- $1 batch id
insert into oms.inventory_sync_reject (batch_id, line, reason, raw)
select $1, r.line, r.problem, l.raw
  from delta_row r
  join delta_line l using (line)
 where r.problem is not null;
