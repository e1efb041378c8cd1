-- $1 how many
select line, problem from sync_row where problem is not null order by line limit $1;
