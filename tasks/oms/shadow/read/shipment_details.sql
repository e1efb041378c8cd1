-- The other details of shipments whose time, or whose cancelled units, only their details tell.
with shipped as (
  select s.item_issuance_id, s.inventory_item_id
    from oms.item_issuance s
   where (s.issued_date_time is null or coalesce(s.cancel_quantity, 0) <> 0)
     and s.product_id = any (current_setting('stockflow.product_ids')::text[])
  union
  select s.item_issuance_id, s.inventory_item_id
    from oms.inventory_item i
    join oms.item_issuance s using (inventory_item_id)
   where (s.issued_date_time is null or coalesce(s.cancel_quantity, 0) <> 0)
     and s.product_id is null
     and i.product_id = any (current_setting('stockflow.product_ids')::text[])
  union
  select s.item_issuance_id, s.inventory_item_id
    from oms.external_inventory_posting q
    join oms.item_issuance s using (item_issuance_id)
   where (s.issued_date_time is null or coalesce(s.cancel_quantity, 0) <> 0)
     and q.product_id = any (current_setting('stockflow.product_ids')::text[])
)
select d.inventory_item_id, d.inventory_item_detail_seq_id, d.effective_date, d.quantity_on_hand_diff, d.available_to_promise_diff,
       d.reason_enum_id, d.item_issuance_id, d.physical_inventory_id
  from shipped s
  join oms.inventory_item_detail d on d.inventory_item_id = s.inventory_item_id and d.item_issuance_id = s.item_issuance_id
  left join oms.inventory_item i on i.inventory_item_id = d.inventory_item_id
 -- The rest comes with the recent ones.
 where d.effective_date <= current_setting('stockflow.since')::timestamptz
    or i.product_id is null
    or i.product_id <> all (current_setting('stockflow.product_ids')::text[])
