-- An item for every key that moves and has none.
insert into oms.inventory_item (inventory_item_id, product_id, facility_id)
select gen_random_uuid()::text, product_id, facility_id
  from (
    select distinct facility_id, product_id
      from delta_row
     where problem is null and covered_by_batch_id is null
  ) k
 where not exists (
   select from oms.inventory_item i where i.facility_id = k.facility_id and i.product_id = k.product_id
 );
