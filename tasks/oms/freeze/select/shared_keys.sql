-- Keys of the frozen products with more than one inventory item, whose count cannot be assigned to one of them.  $1 how many
select i.facility_id, i.product_id, min(p.id_value) as sku, array_agg(i.inventory_item_id order by i.inventory_item_id) as item_ids,
       count(*) over ()::integer as total
  from oms.inventory_item i
  join frozen_product p using (product_id)
 group by i.facility_id, i.product_id
having count(*) > 1
 order by i.facility_id, i.product_id
 limit $1;
