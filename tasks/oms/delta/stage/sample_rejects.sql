-- $1 how many
select line, problem from delta_row where problem is not null order by line limit $1;
