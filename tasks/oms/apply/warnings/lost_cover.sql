-- Keys that the newest earlier reset set and this one does not, of products that are still sold online, without those that
-- the night holds out for a reason of their own.
--   $1 external system    $2 business date    $3 revision    $4 this reset's batch id    $5 how many are named
with before as (
  select b.batch_id
    from oms.inventory_sync_batch b
   where b.kind = 'RESET'
     and b.external_system_id = $1
     and b.batch_id <> $4
   order by b.snapshot_at desc, b.revision desc
   limit 1
), lost as (
  select r.facility_id, r.product_id, p.id_value as sku
    from before
    join oms.external_inventory_reset r using (batch_id)
    join sync_product p using (product_id)
   where not exists (
     select from oms.external_inventory_reset now
      where now.batch_id = $4 and now.facility_id = r.facility_id and now.product_id = r.product_id
   )
     and not exists (
     select from oms.inventory_sync_held_key h
      where h.external_system_id = $1 and h.business_date = $2 and h.revision = $3
        and h.facility_id = r.facility_id and h.product_id = r.product_id
   )
)
select (select count(*)::integer from lost) as count,
       coalesce((select jsonb_agg(named order by facility_id collate "C", product_id collate "C")
                   from (select * from lost order by facility_id collate "C", product_id collate "C" limit $5) named), '[]') as first;
