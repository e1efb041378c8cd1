-- $1 batch id    $2 reason
insert into oms.inventory_item_variance
       (inventory_item_id, physical_inventory_id, quantity_on_hand_var, available_to_promise_var, variance_reason_id)
select inventory_item_id, $1::text || ':' || facility_id, diff, diff, $2
  from sync_change
 where diff <> 0;
