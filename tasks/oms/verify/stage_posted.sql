-- $1 external system    $2 business date
insert into posted_detail (kind, inventory_item_id, facility_id, product_id, on_hand, available)
select b.kind, d.inventory_item_id, i.facility_id, i.product_id, d.quantity_on_hand_diff, d.available_to_promise_diff
  from oms.inventory_sync_batch b
  join oms.physical_inventory p on starts_with(p.physical_inventory_id, b.batch_id || ':')
  join oms.inventory_item_detail d using (physical_inventory_id)
  join oms.inventory_item i using (inventory_item_id)
 where b.external_system_id = $1
   and b.business_date = $2;
