-- Rows of the nights' files that name a product and were rejected by the OMS.
--   $1 batch ids    $2 the product's ids    $3 how many
select j.batch_id, j.line, coalesce(j.reason, '') as reason, j.raw
  from oms.inventory_sync_reject j
 where j.batch_id = any ($1)
   and exists (select from unnest($2::text[]) as id (value) where strpos(j.raw, id.value) > 0)
 order by j.batch_id, j.line
 limit $3;
