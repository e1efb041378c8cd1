-- Selects the stock of each facility of a product now, and the newest night, of the last ones, in which the sync changed it.
--   $1 product    $2 facility or null    $3 how many nights back    $4 how many facilities
with night as (
  select b.batch_id, b.external_system_id, b.business_date, b.revision, b.applied_at, v.applied_at as corrected_at
    from oms.inventory_sync_batch b
    left join oms.inventory_sync_batch v
      on v.kind = 'VARIANCE' and v.external_system_id = b.external_system_id and v.business_date = b.business_date
     and v.revision = b.revision
   where b.kind = 'RESET'
   order by b.applied_at desc
   limit $3
), item as (
  select i.facility_id, i.product_id, i.quantity_on_hand_total, i.available_to_promise_total
    from oms.inventory_item i
   where i.product_id = $1
     and ($2::text is null or i.facility_id = $2)
), shown as (
  select i.* from item i order by i.facility_id collate "C" limit $4
)
select i.facility_id, i.quantity_on_hand_total::float8 as on_hand, i.available_to_promise_total::float8 as available,
       last.changed_at, last.before::float8 as before, last.after::float8 as after,
       (select count(*)::integer from item) as total, (select count(*)::integer from night) as nights
  from shown i
  left join lateral (
    select greatest(n.applied_at, case when c.variance <> 0 then n.corrected_at end) as changed_at,
           r.external_qoh - r.quantity_on_hand_diff as before, r.external_qoh + c.variance as after
      from night n
      join oms.external_inventory_reset r
        on r.batch_id = n.batch_id and r.facility_id = i.facility_id and r.product_id = i.product_id
      -- One look-up a night: joined, Postgres 15 reads every night's expectations.
      left join lateral (
        select e.variance_qty
          from oms.inventory_sync_expectation e
         where e.external_system_id = n.external_system_id and e.business_date = n.business_date and e.revision = n.revision
           and e.facility_id = i.facility_id and e.product_id = i.product_id
        offset 0
      ) e on true
     cross join lateral (
       select case when n.corrected_at is null then 0 else coalesce(e.variance_qty, 0) end as variance
     ) c
     where r.quantity_on_hand_diff + c.variance <> 0
     order by n.applied_at desc
     limit 1
  ) last on true
 order by i.facility_id collate "C";
