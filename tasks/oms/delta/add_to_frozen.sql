-- A night that is frozen and not yet reset has recorded L, the sum of the details up to its snapshot. A detail posted now
-- with a date up to that snapshot belongs to that sum; otherwise the reset would count it twice.
with late as (
  select z.external_system_id, z.business_date, z.revision, r.facility_id, r.product_id, sum(r.quantity) as quantity,
         coalesce((z.facility_snapshots ->> r.facility_id)::timestamptz, z.snapshot_at) as snapshot_at
    from delta_row r
    join oms.inventory_sync_freeze z
      on coalesce((z.facility_snapshots ->> r.facility_id)::timestamptz, z.snapshot_at) >= r.effective_date
     and r.product_id = any (z.product_ids)
   where r.problem is null
     and r.covered_by_batch_id is null
     and not exists (
       select from oms.inventory_sync_batch b
        where b.kind = 'RESET'
          and b.external_system_id = z.external_system_id
          and b.business_date = z.business_date
          and b.revision = z.revision
     )
   group by z.external_system_id, z.business_date, z.revision, r.facility_id, r.product_id, 7
), added as (
  insert into oms.inventory_sync_expectation as e
         (external_system_id, business_date, revision, facility_id, product_id, snapshot_at, ledger_qoh_at_snapshot)
  select external_system_id, business_date, revision, facility_id, product_id, snapshot_at, quantity
    from late
  on conflict (external_system_id, business_date, revision, facility_id, product_id) do update
     set ledger_qoh_at_snapshot = e.ledger_qoh_at_snapshot + excluded.ledger_qoh_at_snapshot
  -- An inserted row has no earlier version.
  returning external_system_id, business_date, revision, (xmax = 0) as is_new
), counted as (
  select external_system_id, business_date, revision, count(*) filter (where is_new)::integer as new_count, count(*)::integer as key_count
    from added
   group by external_system_id, business_date, revision
), noted as (
  update oms.inventory_sync_freeze z
     set expectation_count = z.expectation_count + counted.new_count
    from counted
   where z.external_system_id = counted.external_system_id and z.business_date = counted.business_date
     and z.revision = counted.revision
)
select external_system_id, business_date::text as business_date, key_count from counted order by 1, 2;
