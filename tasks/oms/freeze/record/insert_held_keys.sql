-- Keys that tonight's files must not change, because their V would be a guess or does not fit the file.
--   $1 external system    $2 business date    $3 revision
with unknown as (
  select q.*, s.facility_id as issued_facility_id, s.product_id as issued_product_id
    from posted q
    left join issued s using (item_issuance_id)
   where q.booked = 'unknown' and not q.settled
), ambiguous as (
  -- The booking may have taken its units from the store it names, or not yet from the one that shipped.
  select posting_id, sent_at, response_at, facility_id, product_id from unknown
  union
  select posting_id, sent_at, response_at, issued_facility_id, issued_product_id from unknown
), reasons as (
  select facility_id, product_id, 'AMBIGUOUS_POSTING' as reason,
         format('posting %s: sent %s, answered %s%s',
           (array_agg(posting_id order by posting_id collate "C"))[1],
           coalesce((array_agg(to_char(sent_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') order by posting_id collate "C"))[1], 'never'),
           coalesce((array_agg(to_char(response_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') order by posting_id collate "C"))[1], 'never'),
           case when count(*) > 1 then format(', and %s more', count(*) - 1) else '' end) as detail
    from ambiguous
   group by facility_id, product_id
  union all
  select facility_id, product_id, 'FRACTIONAL_VARIANCE', format('variance of %s units', trim_scale(variance_qty))
    from oms.inventory_sync_expectation
   where external_system_id = $1 and business_date = $2 and revision = $3 and variance_qty <> trunc(variance_qty)
)
insert into oms.inventory_sync_held_key (external_system_id, business_date, revision, facility_id, product_id, reason, detail)
select $1, $2, $3, facility_id, product_id, reason, detail
  from reasons
  join frozen_product using (product_id)
 where facility_id is not null;
