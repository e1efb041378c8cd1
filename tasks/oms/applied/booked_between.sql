-- A key of the active products whose count the external system is known to have moved between two snapshots.
--   $1 the earlier snapshot    $2 the later one    $3 the active products
select facility_id, product_id, trim_scale(sum(quantity_diff))::text as quantity
  from oms.external_inventory_posting
 where external_posted_at > $1
   and external_posted_at <= $2
   and product_id = any ($3::text[])
 group by facility_id, product_id
having sum(quantity_diff) <> 0
 order by facility_id, product_id
 limit 1;
