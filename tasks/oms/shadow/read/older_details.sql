-- One detail an item for everything before: its sum is all that a proof needs of it, and the OMS adds it up where the rows are.
select d.inventory_item_id, '(older)', current_setting('stockflow.since')::timestamptz, sum(d.quantity_on_hand_diff),
       sum(d.available_to_promise_diff), null, null, null
  from oms.inventory_item_detail d
  join oms.inventory_item i using (inventory_item_id)
 where d.effective_date <= current_setting('stockflow.since')::timestamptz
   and i.product_id = any (current_setting('stockflow.product_ids')::text[])
 group by d.inventory_item_id
