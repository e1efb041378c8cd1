-- The items of the products, and those of others that a shipment named by a posting of these products came from.
select i.inventory_item_id, i.product_id, i.facility_id, i.location_seq_id, i.quantity_on_hand_total, i.available_to_promise_total
  from oms.inventory_item i
 where i.product_id = any (current_setting('stockflow.product_ids')::text[])
union all
select i.inventory_item_id, i.product_id, i.facility_id, i.location_seq_id, i.quantity_on_hand_total, i.available_to_promise_total
  from (
    select distinct s.inventory_item_id
      from oms.external_inventory_posting q
      join oms.item_issuance s using (item_issuance_id)
     where q.product_id = any (current_setting('stockflow.product_ids')::text[])
       and s.inventory_item_id is not null
       and (s.product_id is null or s.facility_id is null)
  ) shipped
  join oms.inventory_item i using (inventory_item_id)
 where i.product_id <> all (current_setting('stockflow.product_ids')::text[])
