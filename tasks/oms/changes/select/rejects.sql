-- $1 batch ids    $2 how many
select batch_id, line, coalesce(reason, '') as reason, count(*) over ()::integer as total
  from oms.inventory_sync_reject
 where batch_id = any ($1)
 order by batch_id, line
 limit $2;
