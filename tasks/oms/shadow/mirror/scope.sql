-- The products of the night, and the instant before which none of its single details matters: a day before its earliest snapshot.
--   $1 products given    $2 snapshots given    $3 external system    $4 business date
with frozen as (
  select *
    from pg_temp.inventory_sync_freeze
   where external_system_id = $3 and business_date = $4
), product as (
  select unnest($1::text[]) as product_id
  union
  select unnest(product_ids) from frozen
), snapshot as (
  select unnest($2::timestamptz[]) as at
  union all
  select snapshot_at from frozen
  union all
  select own.value::timestamptz from frozen cross join lateral jsonb_each_text(facility_snapshots) as own
)
select coalesce((select array_agg(product_id) from product), '{}') as product_ids,
       coalesce((select min(at) from snapshot), now()) - interval '24 hours' as since;
