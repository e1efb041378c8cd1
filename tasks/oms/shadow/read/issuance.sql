-- The shipments of the products, by their own name or their item's, and those behind a posting for one of them.
with shipped as (
  select s.*
    from oms.item_issuance s
   where s.product_id = any (current_setting('stockflow.product_ids')::text[])
  union all
  select s.*
    from oms.inventory_item i
    join oms.item_issuance s using (inventory_item_id)
   where s.product_id is null
     and i.product_id = any (current_setting('stockflow.product_ids')::text[])
), misnamed as (
  select distinct q.item_issuance_id
    from oms.external_inventory_posting q
   where q.product_id = any (current_setting('stockflow.product_ids')::text[])
     and q.item_issuance_id is not null
     and not exists (select from shipped where shipped.item_issuance_id = q.item_issuance_id)
), relevant as (
  select * from shipped
  union all
  select s.* from misnamed join oms.item_issuance s using (item_issuance_id)
)
select item_issuance_id, order_id, inventory_item_id, facility_id, product_id, quantity, cancel_quantity, issued_date_time
  from relevant
