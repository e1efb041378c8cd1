-- follow `active as (...)`, the products sold online.  $3 how many
, shared as (
  select facility_id, product_id, array_agg(inventory_item_id order by inventory_item_id) as item_ids
    from oms.inventory_item
   group by facility_id, product_id
  having count(*) > 1
)
select s.facility_id, s.product_id, s.item_ids, count(*) over ()::integer as total,
       count(a.product_id) over ()::integer as active_total
  from shared s
  left join (select distinct product_id from active) a using (product_id)
 order by a.product_id is null, s.facility_id, s.product_id
 limit $3;
