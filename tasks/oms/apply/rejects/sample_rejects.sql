-- $1 how many
select line, problem from sync_reject order by line limit $1;
