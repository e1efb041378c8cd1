-- Ids that named another product on the newest earlier applied night.  $1 external system    $2 business date
with before as (
  select z.business_date, z.product_ids, z.id_values
    from oms.inventory_sync_batch b
    join oms.inventory_sync_freeze z using (external_system_id, business_date, revision)
   where b.kind = 'RESET' and b.external_system_id = $1 and b.business_date <> $2
   order by b.snapshot_at desc, b.revision desc
   limit 1
)
select before.business_date::text as business_date, listed.id_value as sku, listed.product_id as was, p.product_id as is
  from before
 cross join lateral unnest(before.product_ids, before.id_values) as listed (product_id, id_value)
  join frozen_product p on p.id_value = listed.id_value
 where p.product_id <> listed.product_id
 order by listed.id_value collate "C";
