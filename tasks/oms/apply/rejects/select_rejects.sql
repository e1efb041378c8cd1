-- $1 how many
select line, problem, raw from sync_reject order by line limit $1;
