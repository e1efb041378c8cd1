-- The id by which the night's newest revision names each product.  $1 external system    $2 business date
insert into night_id (product_id, sku)
select listed.product_id, listed.id_value
  from (
    select product_ids, id_values
      from oms.inventory_sync_freeze
     where external_system_id = $1 and business_date = $2
     order by revision desc
     limit 1
  ) z
 cross join lateral unnest(z.product_ids, z.id_values) as listed (product_id, id_value);
