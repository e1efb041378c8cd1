-- Each line's facility and product under the OMS's own ids, whether a reset has already counted it, or why it is rejected.
--   $1 the id type of a line that names none
with external as (
  select external_id, min(facility_id) as facility_id, count(*) as facility_count
    from oms.facility
   where external_id <> ''
   group by external_id
), identified as (
  -- A POS sells any product, so it need not be sold online. The id is resolved as of the time of the sale.
  select l.line, min(p.product_id) as product_id, count(distinct p.product_id) as product_count
    from delta_line l
    join oms.good_identification g
      on g.id_value = l.id_value
     and g.good_identification_type_id = coalesce(nullif(l.id_type, ''), $1)
     and g.from_date <= l.effective_date
     and (g.thru_date is null or g.thru_date > l.effective_date)
    join oms.product p on p.product_id = g.product_id
   where p.is_virtual is not true
   group by l.line
), named as (
  select l.line, coalesce(own.facility_id, external.facility_id) as facility_id, identified.product_id, l.id_value, l.quantity,
         l.effective_date,
         case
           when l.problem is not null then l.problem
           when l.facility_id = '' and l.external_facility_id = '' then 'names no facility'
           when l.facility_id <> '' and own.facility_id is null then format('unknown facility %s', l.facility_id)
           when l.facility_id = '' and external.facility_id is null
             then format('unknown external facility %s', l.external_facility_id)
           when l.facility_id = '' and external.facility_count > 1
             then format('external facility %s is %s facilities', l.external_facility_id, external.facility_count)
           when external.facility_count = 1 and own.facility_id <> external.facility_id
             then format('facility %s and external facility %s are two', l.facility_id, l.external_facility_id)
           when identified.product_id is null
             then format('unknown product %s %s', coalesce(nullif(l.id_type, ''), $1), l.id_value)
           when identified.product_count > 1
             then format('%s %s is on %s products', coalesce(nullif(l.id_type, ''), $1), l.id_value, identified.product_count)
         end as problem
    from delta_line l
    left join oms.facility own on own.facility_id = l.facility_id
    left join external on external.external_id = l.external_facility_id
    left join identified using (line)
)
insert into delta_row (line, facility_id, product_id, id_value, quantity, effective_date, covered_by_batch_id, problem)
select n.line, n.facility_id, n.product_id, n.id_value, n.quantity, n.effective_date, covering.batch_id, n.problem
  from named n
  left join lateral (
    -- A count taken at or after the movement includes it: posting it as well would move the stock twice.
    select b.batch_id
      from oms.inventory_sync_batch b
      join oms.external_inventory_reset r
        on r.batch_id = b.batch_id and r.facility_id = n.facility_id and r.product_id = n.product_id
      left join oms.inventory_sync_freeze z using (external_system_id, business_date, revision)
     where b.kind = 'RESET'
       and coalesce((z.facility_snapshots ->> n.facility_id)::timestamptz, b.snapshot_at) >= n.effective_date
     order by b.snapshot_at, b.batch_id collate "C"
     limit 1
  ) covering on n.problem is null;
