-- I4: a key that the file does not cover has no detail of either batch.
--   $1 how many examples    $2 the physical inventories of both
with touched as (
  select i.facility_id, i.product_id, count(*) as details
    from (
      select d.inventory_item_id
        from oms.inventory_item_detail d
       where d.physical_inventory_id = any($2::text[])
         and not exists (select from covered_key k where k.inventory_item_id = d.inventory_item_id)
    ) unexpected
    join oms.inventory_item i using (inventory_item_id)
   group by i.facility_id, i.product_id
)
select ((select count(*) from oms.inventory_item) - (select count(inventory_item_id) from covered_key))::integer as checked,
       count(*)::integer as violations,
       coalesce((
         select jsonb_agg(wrong order by facility_id, product_id)
           from (
             select facility_id, product_id, coalesce(id.sku, '') as sku, 0::float8 as expected, details::float8 as found
               from touched
               left join night_id id using (product_id)
              order by facility_id, product_id
              limit $1
           ) wrong
       ), '[]') as examples
  from touched;
