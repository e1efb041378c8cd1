-- One product in some nights: a row for each night and facility that set it, froze it, or held it out.
--   $1 the nights' reset batches    $2 product    $3 facility or null    $4 only where something happened    $5 how many rows
with night as (
  select b.batch_id, b.external_system_id, b.business_date, b.revision, b.snapshot_at, b.applied_at,
         exists (
           select from oms.inventory_sync_batch v
            where v.kind = 'VARIANCE' and v.external_system_id = b.external_system_id
              and v.business_date = b.business_date and v.revision = b.revision
         ) as is_corrected
    from oms.inventory_sync_batch b
   where b.batch_id = any ($1)
), held as (
  -- Few keys are held in a night, so that those of the night are read and not those of the product.
  select n.batch_id, h.facility_id, string_agg(h.reason, ', ' order by h.reason) as reason,
         string_agg(h.detail, '; ' order by h.reason) as detail
    from night n
    join oms.inventory_sync_held_key h
      on h.external_system_id = n.external_system_id and h.business_date = n.business_date and h.revision = n.revision
   where h.product_id = $2
   group by n.batch_id, h.facility_id
), place as (
  select i.facility_id from oms.inventory_item i where i.product_id = $2
  union
  select h.facility_id from held h
)
select n.batch_id, p.facility_id, coalesce(e.snapshot_at, n.snapshot_at) as snapshot_at,
       r.external_qoh::float8 as external_count,
       coalesce(r.external_qoh - r.quantity_on_hand_diff, e.ledger_qoh_at_snapshot)::float8 as before,
       r.quantity_on_hand_diff::float8 as reset,
       case when r.batch_id is not null then coalesce(e.variance_qty, 0) end::float8 as variance,
       n.is_corrected, f.is_in_file as is_facility_in_file, h.reason as held_reason, coalesce(h.detail, '') as held_detail, count(*) over ()::integer as total
  from night n
 cross join place p
  left join oms.external_inventory_reset r
    on r.batch_id = n.batch_id and r.facility_id = p.facility_id and r.product_id = $2
  left join oms.inventory_sync_expectation e
    on e.external_system_id = n.external_system_id and e.business_date = n.business_date and e.revision = n.revision
   and e.facility_id = p.facility_id and e.product_id = $2
  left join held h on h.batch_id = n.batch_id and h.facility_id = p.facility_id
 cross join lateral (
   select exists (
     select from oms.external_inventory_reset x where x.batch_id = n.batch_id and x.facility_id = p.facility_id
   ) as is_in_file
 ) f
 where ($3::text is null or p.facility_id = $3)
   and (r.batch_id is not null or e.facility_id is not null or h.facility_id is not null)
   -- A file of one external system does not cover the facilities of another.
   and (not $4 or h.facility_id is not null or (r.batch_id is null and f.is_in_file)
        or r.quantity_on_hand_diff <> 0 or (r.batch_id is not null and e.variance_qty <> 0))
 order by n.applied_at desc, n.batch_id collate "C", p.facility_id collate "C"
 limit $5;
