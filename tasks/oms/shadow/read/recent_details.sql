-- The details of the products' items after the instant from which single ones matter.
select d.inventory_item_id, d.inventory_item_detail_seq_id, d.effective_date, d.quantity_on_hand_diff, d.available_to_promise_diff,
       d.reason_enum_id, d.item_issuance_id, d.physical_inventory_id
  from oms.inventory_item_detail d
  join oms.inventory_item i using (inventory_item_id)
 where d.effective_date > current_setting('stockflow.since')::timestamptz
   and i.product_id = any (current_setting('stockflow.product_ids')::text[])
