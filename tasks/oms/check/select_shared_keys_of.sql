-- Keys of products with more than one inventory item.  $1 product ids    $2 their ids in the files, in the same order    $3 how many
select i.facility_id, i.product_id, min(p.id_value) as sku, array_agg(i.inventory_item_id order by i.inventory_item_id) as item_ids,
       count(*) over ()::integer as total
  from oms.inventory_item i
  join unnest($1::text[], $2::text[]) as p (product_id, id_value) using (product_id)
 group by i.facility_id, i.product_id
having count(*) > 1
 order by i.facility_id, i.product_id
 limit $3;
