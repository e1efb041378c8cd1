-- The postings of the products, and all those of their shipments, whatever product these name.
with shipped as (
  select s.item_issuance_id
    from oms.item_issuance s
   where s.product_id = any (current_setting('stockflow.product_ids')::text[])
  union
  select s.item_issuance_id
    from oms.inventory_item i
    join oms.item_issuance s using (inventory_item_id)
   where s.product_id is null
     and i.product_id = any (current_setting('stockflow.product_ids')::text[])
  union
  select q.item_issuance_id
    from oms.external_inventory_posting q
   where q.product_id = any (current_setting('stockflow.product_ids')::text[])
     and q.item_issuance_id is not null
), relevant as (
  select q.* from shipped join oms.external_inventory_posting q using (item_issuance_id)
  union all
  select q.*
    from oms.external_inventory_posting q
   where q.item_issuance_id is null
     and q.product_id = any (current_setting('stockflow.product_ids')::text[])
)
select posting_id, item_issuance_id, facility_id, product_id, quantity_diff, sent_at, response_at, external_posted_at
  from relevant
