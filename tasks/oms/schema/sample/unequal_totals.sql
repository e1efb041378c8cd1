-- Selects, among some items, those whose total is not the sum of their details.  $1 how many are looked at    $2 how many are named
with item as materialized (
  select inventory_item_id, quantity_on_hand_total from oms.inventory_item limit $1
), summed as (
  select i.inventory_item_id, i.quantity_on_hand_total as total,
         (select coalesce(sum(d.quantity_on_hand_diff), 0)
            from oms.inventory_item_detail d
           where d.inventory_item_id = i.inventory_item_id) as details
    from item i
), unequal as (
  select * from summed where total is distinct from details order by inventory_item_id
)
select (select count(*)::integer from item) as checked, (select count(*)::integer from unequal) as wrong,
       coalesce((select jsonb_agg(jsonb_build_object('itemId', inventory_item_id, 'total', trim_scale(total)::text,
                                                     'details', trim_scale(details)::text))
                   from (select * from unequal limit $2) named), '[]') as examples;
