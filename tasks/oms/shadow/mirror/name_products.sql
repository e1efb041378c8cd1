-- The ids of the night's files, for a reader without an OMS who asks for a product by its id.
insert into pg_temp.good_identification (good_identification_type_id, product_id, from_date, id_value)
select distinct z.id_type, listed.product_id, '-infinity'::timestamptz, listed.id_value
  from pg_temp.inventory_sync_freeze z
 cross join lateral unnest(z.product_ids, z.id_values) as listed (product_id, id_value);
