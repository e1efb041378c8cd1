-- The newest movements that other systems sent for one product.
--   $1 product    $2 facility or null    $3 how many
with newest as (
  select d.batch_id, d.line, d.facility_id, d.effective_date, d.quantity_diff, d.on_hand_before, d.covered_by_batch_id
    from oms.inventory_delta d
   where d.product_id = $1
     and ($2::text is null or d.facility_id = $2)
   order by d.effective_date desc, d.batch_id collate "C", d.line
   limit $3
)
select n.facility_id, n.effective_date, n.quantity_diff::float8 as quantity, n.on_hand_before::float8 as before,
       n.covered_by_batch_id, b.external_system_id, coalesce(b.file_name, '') as file_name, b.file_sha256, b.applied_at
  from newest n
  join oms.inventory_delta_batch b using (batch_id)
 order by n.effective_date desc, n.batch_id collate "C", n.line;
