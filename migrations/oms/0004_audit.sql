-- What the sync changed, key by key, for SQL by people. It lies where the OMS's tables lie; the runner's views of schema
-- audit may be in another database.
create schema if not exists audit;

create view audit.inventory_change as
select b.batch_id, b.kind, b.external_system_id, b.business_date, r.facility_id, r.product_id, f.snapshot_at,
       r.external_qoh - r.quantity_on_hand_diff as quantity_before, r.external_qoh as quantity_after,
       r.quantity_on_hand_diff as quantity_diff, b.file_sha256, b.applied_at, b.attempt_token
  from oms.inventory_sync_batch b
  join oms.external_inventory_reset r using (batch_id)
  left join oms.inventory_sync_expectation e
         on e.external_system_id = b.external_system_id and e.business_date = b.business_date
        and e.facility_id = r.facility_id and e.product_id = r.product_id
 cross join lateral (select coalesce(e.snapshot_at, b.snapshot_at) as snapshot_at) f
union all
select v.batch_id, v.kind, v.external_system_id, v.business_date, i.facility_id, i.product_id, d.effective_date,
       r.external_qoh, r.external_qoh + d.quantity_on_hand_diff, d.quantity_on_hand_diff, v.file_sha256, v.applied_at,
       v.attempt_token
  from oms.inventory_sync_batch v
  join oms.inventory_sync_batch b
    on b.kind = 'RESET' and b.external_system_id = v.external_system_id and b.business_date = v.business_date
  join oms.inventory_item_detail d on d.inventory_item_detail_seq_id = v.batch_id
  join oms.inventory_item i using (inventory_item_id)
  join oms.external_inventory_reset r
    on r.batch_id = b.batch_id and r.facility_id = i.facility_id and r.product_id = i.product_id
 where v.kind = 'VARIANCE';

comment on view audit.inventory_change is
  'Each count that a batch set (kind RESET, also where nothing changed) or corrected (kind VARIANCE), as of the snapshot';

do $$
begin
  if exists (select from pg_roles where rolname = 'stockflow_auditor') then
    grant usage on schema audit to stockflow_auditor;
    grant select on audit.inventory_change to stockflow_auditor;
  end if;
end $$;
