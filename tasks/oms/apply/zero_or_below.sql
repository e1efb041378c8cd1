-- Items that had stock and have none now.  $1 external system    $2 business date    $3 how many
select c.facility_id, c.product_id, coalesce(p.id_value, '') as sku,
       c.on_hand_before::float8 as before, (c.on_hand_before + c.diff)::float8 as after, c.diff::float8 as diff
  from (
    select * from sync_change
     where on_hand_before > 0 and on_hand_before + diff <= 0
     order by facility_id collate "C", product_id collate "C"
     limit $3
  ) c
  left join (
    select unnest(product_ids) as product_id, unnest(id_values) as id_value
      from oms.inventory_sync_freeze
     where external_system_id = $1 and business_date = $2
  ) p using (product_id)
 order by c.facility_id collate "C", c.product_id collate "C";
