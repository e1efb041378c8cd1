-- The last night of each external system, its newest revision, with its proof, and when a night was last proven.
select s.external_system_id, extract(epoch from b.applied_at)::float8 as applied_s, b.result,
       v.result as variance_result, p.wrong, extract(epoch from g.checked_at)::float8 as proven_s
  from (select distinct external_system_id from oms.inventory_sync_batch where kind = 'RESET') as s
 cross join lateral (
   select business_date, revision, applied_at, result
     from oms.inventory_sync_batch
    where kind = 'RESET' and external_system_id = s.external_system_id
    order by business_date desc, revision desc
    limit 1) as b
  left join oms.inventory_sync_batch v
    on v.kind = 'VARIANCE' and v.external_system_id = s.external_system_id
   and v.business_date = b.business_date and v.revision = b.revision
  -- The newest check of that night.
  left join lateral (
    select sum(wrong)::integer as wrong
      from oms.inventory_sync_proof
     where external_system_id = s.external_system_id and business_date = b.business_date and revision = b.revision
     group by attempt_token
     order by max(checked_at) desc
     limit 1) as p on true
  -- The newest night that was found right: an old one that is checked again today does not count as recent.
  left join lateral (
    select max(checked_at) as checked_at
      from oms.inventory_sync_proof
     where external_system_id = s.external_system_id and business_date > b.business_date - 62
     group by business_date, attempt_token
    having sum(wrong) = 0
     order by business_date desc, max(checked_at) desc
     limit 1) as g on true;
