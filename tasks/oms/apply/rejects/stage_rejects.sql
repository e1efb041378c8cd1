insert into sync_reject (line, problem, raw)
select line, problem, raw from sync_row where problem is not null;
