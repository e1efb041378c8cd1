-- Works on the mirror of a shadow night, into which the OMS's present counts were read.
-- Compares, key by key, the counts that another process has made since the snapshot with those that the shadow night would have made.
--   $1 external system    $2 business date    $3 reasons under which they reset    $4 reasons under which they correct
--   $5 the instant up to which details count
with frozen_night as (
  select z.*
    from pg_temp.inventory_sync_freeze z
    join pg_temp.inventory_sync_batch b using (external_system_id, business_date, revision)
   where b.kind = 'RESET' and b.external_system_id = $1 and b.business_date = $2
), foretold as (
  select r.facility_id, r.product_id, r.quantity_on_hand_diff as reset,
         case when v.batch_id is null then 0 else coalesce(e.variance_qty, 0) end as variance
    from pg_temp.inventory_sync_batch b
    join pg_temp.external_inventory_reset r using (batch_id)
    left join pg_temp.inventory_sync_batch v
      on v.kind = 'VARIANCE' and v.external_system_id = b.external_system_id and v.business_date = b.business_date
     and v.revision = b.revision
    left join pg_temp.inventory_sync_expectation e
      on e.external_system_id = b.external_system_id and e.business_date = b.business_date and e.revision = b.revision
     and e.facility_id = r.facility_id and e.product_id = r.product_id
   where b.kind = 'RESET' and b.external_system_id = $1 and b.business_date = $2
), sku as (
  select listed.product_id, listed.id_value
    from frozen_night
   cross join lateral unnest(product_ids, id_values) as listed (product_id, id_value)
), held as (
  select h.facility_id, h.product_id, min(h.reason) as reason
    from pg_temp.inventory_sync_held_key h
    join frozen_night using (external_system_id, business_date, revision)
   group by h.facility_id, h.product_id
), moved as (
  select i.facility_id, i.product_id, d.effective_date, d.quantity_on_hand_diff as quantity, d.item_issuance_id is not null as is_shipment,
         coalesce(d.reason_enum_id = any ($3::text[]), false) as is_reset,
         coalesce(d.reason_enum_id = any ($3::text[] || $4::text[]), false) as is_theirs
    from pg_temp.inventory_item_detail d
    join pg_temp.inventory_item i using (inventory_item_id)
    join sku using (product_id)
   cross join frozen_night
   where d.effective_date <= $5
     -- An entry dated at the snapshot itself is in the count, unless a reset was dated so.
     and d.effective_date >= coalesce((frozen_night.facility_snapshots ->> i.facility_id)::timestamptz, frozen_night.snapshot_at)
     and (d.effective_date > coalesce((frozen_night.facility_snapshots ->> i.facility_id)::timestamptz, frozen_night.snapshot_at)
          or coalesce(d.reason_enum_id = any ($3::text[] || $4::text[]), false))
), theirs as (
  select facility_id, product_id, sum(quantity) as quantity, max(effective_date) filter (where is_reset) as reset_at
    from moved
   where is_theirs
   group by facility_id, product_id
), undone as (
  select m.facility_id, m.product_id, sum(m.quantity) filter (where not m.is_shipment) as sales,
         sum(m.quantity) filter (where m.is_shipment) as shipments
    from moved m
    join theirs t using (facility_id, product_id)
   where not m.is_theirs and m.effective_date <= t.reset_at
   group by m.facility_id, m.product_id
), part as (
  select facility_id, product_id, sum(quantity) filter (where kind = 'wrong_store') as wrong_store,
         sum(quantity) filter (where kind = 'unacknowledged') as unacknowledged
    from pg_temp.variance_part
   group by facility_id, product_id
), on_hand as (
  select i.facility_id, i.product_id, sum(i.quantity_on_hand_total) as quantity
    from pg_temp.inventory_item i
   group by i.facility_id, i.product_id
), later as (
  select i.facility_id, i.product_id, sum(d.quantity_on_hand_diff) as quantity
    from pg_temp.inventory_item_detail d
    join pg_temp.inventory_item i using (inventory_item_id)
   where d.effective_date > $5
   group by i.facility_id, i.product_id
), key as (
  select facility_id, product_id from foretold
  union
  select facility_id, product_id from theirs
  union
  select facility_id, product_id from held
)
insert into pg_temp.compared_key
select k.facility_id, coalesce(sku.id_value, '') as sku, k.product_id,
       (coalesce(h.quantity, 0) - coalesce(l.quantity, 0))::float8 as theirs,
       (coalesce(h.quantity, 0) - coalesce(l.quantity, 0) - coalesce(t.quantity, 0)
        + coalesce(f.reset, 0) + coalesce(f.variance, 0))::float8 as ours,
       coalesce(t.quantity, 0)::float8 as posted, coalesce(f.reset, 0)::float8 as reset, coalesce(f.variance, 0)::float8 as variance,
       (coalesce(t.quantity, 0) - coalesce(f.reset, 0) - coalesce(f.variance, 0))::float8 as difference,
       f.facility_id is not null as is_covered, held.reason as held, t.facility_id is not null as is_set,
       (-coalesce(u.sales, 0))::float8 as sale_undone, (-coalesce(u.shipments, 0))::float8 as shipment_undone,
       (-coalesce(p.wrong_store, 0))::float8 as wrong_store, (-coalesce(p.unacknowledged, 0))::float8 as unacknowledged
  from key k
  left join sku using (product_id)
  left join foretold f using (facility_id, product_id)
  left join held using (facility_id, product_id)
  left join theirs t using (facility_id, product_id)
  left join undone u using (facility_id, product_id)
  left join part p using (facility_id, product_id)
  left join on_hand h using (facility_id, product_id)
  left join later l using (facility_id, product_id);
