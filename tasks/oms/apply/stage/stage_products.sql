-- $1 external system    $2 business date    $3 revision
insert into sync_product (product_id, product_no, id_type, id_value)
select listed.product_id, row_number() over (order by listed.product_id collate "C"), z.id_type, listed.id_value
  from oms.inventory_sync_freeze z
 cross join lateral unnest(z.product_ids, z.id_values) as listed (product_id, id_value)
 where z.external_system_id = $1 and z.business_date = $2 and z.revision = $3;
