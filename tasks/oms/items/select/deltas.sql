-- The newest movements that other systems sent for one product.
--   $1 product    $2 facility or null    $3 how many
select d.facility_id, d.effective_date, d.quantity_diff::float8 as quantity, d.on_hand_before::float8 as before,
       d.covered_by_batch_id, b.external_system_id, coalesce(b.file_name, '') as file_name, b.file_sha256, b.applied_at,
       b.attempt_token
  from oms.inventory_delta d
  join oms.inventory_delta_batch b using (batch_id)
 where d.product_id = $1
   and ($2::text is null or d.facility_id = $2)
 order by d.effective_date desc, d.batch_id collate "C", d.line
 limit $3;
