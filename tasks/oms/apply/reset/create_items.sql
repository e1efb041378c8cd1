-- An item for every usable key that has none: a count, even of 0, must be stored in an item.
insert into oms.inventory_item (inventory_item_id, product_id, facility_id, location_seq_id)
select gen_random_uuid()::text, k.product_id, k.facility_id, k.location_seq_id
  from sync_key k
 where k.status = 'usable'
   and not exists (select from sync_change c where c.key_no = k.key_no)
   -- A shipment may have created it meanwhile. No constraint is relied on, since a customer's own OMS may lack it.
   and not exists (
     select from oms.inventory_item i where i.product_id = k.product_id and i.facility_id = k.facility_id
   );
