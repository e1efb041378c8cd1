-- Keys whose reset reverses exactly what the OMS itself had recorded in the hours before the snapshot: a return or a receipt
-- that the external system did not know of when it counted. Entries of shipments belong to the variance.
--   $1 the hours, as an interval    $2 how many are named
with recent as (
  select d.inventory_item_id, sum(d.quantity_on_hand_diff) as quantity
    from oms.inventory_item_detail d
    join sync_change c using (inventory_item_id)
   where d.effective_date > (select min(snapshot_at) from sync_change) - $1::interval
     and d.effective_date > c.snapshot_at - $1::interval
     and d.effective_date <= c.snapshot_at
     and d.item_issuance_id is null
     and c.diff <> 0
     -- Entries that the sync itself posted.
     and not exists (
       select from oms.inventory_sync_batch b where b.batch_id = d.inventory_item_detail_seq_id
     )
   group by d.inventory_item_id
), undone as (
  select c.facility_id, c.product_id, p.id_value as sku, recent.quantity::float8 as quantity
    from recent
    join sync_change c using (inventory_item_id)
    join sync_product p using (product_id)
   where recent.quantity <> 0 and c.diff = -recent.quantity
)
select (select count(*)::integer from undone) as count,
       coalesce((select jsonb_agg(named order by facility_id collate "C", product_id collate "C")
                   from (select * from undone order by facility_id collate "C", product_id collate "C" limit $2) named), '[]') as first;
