-- Items that had stock before and have none after.  $1 how many
select c.facility_id, c.product_id, p.id_value as sku,
       c.on_hand_before::float8 as before, (c.on_hand_before + c.diff)::float8 as after, c.diff::float8 as diff
  from (
    select * from sync_change
     where on_hand_before > 0 and on_hand_before + diff <= 0
     order by key_no
     limit $1
  ) c
  join sync_product p using (product_id)
 order by c.key_no;
