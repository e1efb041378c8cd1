-- The effect of the batches on each key, one row a key: reset and variance as of the snapshot, deltas as they came.
--   $1 reset batch    $2 variance batch    $3 delta batches    $4 product or null    $5 facility or null
with posted as (
  select r.facility_id, r.product_id, 0 as place, r.external_qoh - r.quantity_on_hand_diff as before,
         r.quantity_on_hand_diff as reset, 0::numeric as variance, 0::numeric as delta, null::text as id_value
    from oms.external_inventory_reset r
   where r.batch_id = $1
  union all
  select e.facility_id, e.product_id, 1, r.external_qoh, 0, e.variance_qty, 0, null
    from oms.inventory_sync_batch v
    join oms.inventory_sync_batch b
      on b.kind = 'RESET' and b.external_system_id = v.external_system_id and b.business_date = v.business_date
     and b.revision = v.revision
    join oms.inventory_sync_expectation e
      on e.external_system_id = v.external_system_id and e.business_date = v.business_date and e.revision = v.revision
     and e.variance_qty <> 0
    join oms.external_inventory_reset r
      on r.batch_id = b.batch_id and r.facility_id = e.facility_id and r.product_id = e.product_id
   where v.batch_id = $2
  union all
  select d.facility_id, d.product_id, 2 + rank() over (order by b.applied_at, b.batch_id collate "C"), d.on_hand_before, 0, 0,
         d.quantity_diff, d.id_value
    from oms.inventory_delta d
    join oms.inventory_delta_batch b using (batch_id)
   where b.batch_id = any ($3)
     and d.covered_by_batch_id is null
), sku as (
  select listed.product_id, listed.id_value
    from oms.inventory_sync_batch b
    join oms.inventory_sync_freeze z using (external_system_id, business_date, revision)
   cross join lateral unnest(z.product_ids, z.id_values) as listed (product_id, id_value)
   where b.batch_id = coalesce($1, $2)
), changed as (
  select p.facility_id, p.product_id, coalesce(min(p.id_value), min(sku.id_value), '') as sku,
         (array_agg(p.before order by p.place))[1]::float8 as before,
         sum(p.reset)::float8 as reset, sum(p.variance)::float8 as variance, sum(p.delta)::float8 as delta,
         sum(p.reset + p.variance + p.delta)::float8 as diff
    from posted p
    left join sku using (product_id)
   where ($4::text is null or p.product_id = $4)
     and ($5::text is null or p.facility_id = $5)
   group by p.facility_id, p.product_id
  having bool_or(p.reset <> 0 or p.variance <> 0 or p.delta <> 0)
)
