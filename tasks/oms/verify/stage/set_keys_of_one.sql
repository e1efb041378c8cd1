-- The value that the night's only reset set for each key.  $1 its batch id
insert into set_key (facility_id, product_id, external_qoh, batch_id, set_count)
select facility_id, product_id, external_qoh, batch_id, 1
  from oms.external_inventory_reset
 where batch_id = $1;
