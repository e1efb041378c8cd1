-- $1 the reset's batch id
insert into set_key (facility_id, product_id, external_qoh)
select facility_id, product_id, external_qoh
  from oms.external_inventory_reset
 where batch_id = $1;
