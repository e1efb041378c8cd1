-- A night may be superseded: a newer file of the same date is applied on top of the first, as a revision of its own with its
-- own freeze, expectations and batches. Revision 1 is the night as it was worked first; nothing of it is overwritten.

alter table oms.inventory_sync_batch
  add column revision integer not null default 1,
  drop constraint applied_once_per_night_and_system,
  add constraint applied_once_per_night_revision_and_system unique (kind, external_system_id, business_date, revision),
  add constraint revision_counts_from_1 check (revision >= 1);

alter table oms.inventory_sync_freeze
  add column revision integer not null default 1,
  drop constraint inventory_sync_freeze_pkey,
  add primary key (external_system_id, business_date, revision);

alter table oms.inventory_sync_expectation
  add column revision integer not null default 1,
  drop constraint inventory_sync_expectation_pkey,
  add primary key (external_system_id, business_date, revision, facility_id, product_id);

alter table oms.inventory_sync_held_key
  add column revision integer not null default 1,
  drop constraint inventory_sync_held_key_pkey,
  add primary key (external_system_id, business_date, revision, facility_id, product_id, reason);

-- Up to which revision a night was read back.
alter table oms.inventory_sync_proof add column revision integer not null default 1;

create or replace view audit.inventory_change as
select b.batch_id, b.kind, b.external_system_id, b.business_date, r.facility_id, r.product_id, f.snapshot_at,
       r.external_qoh - r.quantity_on_hand_diff as quantity_before, r.external_qoh as quantity_after,
       r.quantity_on_hand_diff as quantity_diff, b.file_sha256, b.applied_at, b.attempt_token, b.revision
  from oms.inventory_sync_batch b
  join oms.external_inventory_reset r using (batch_id)
  left join oms.inventory_sync_expectation e
         on e.external_system_id = b.external_system_id and e.business_date = b.business_date and e.revision = b.revision
        and e.facility_id = r.facility_id and e.product_id = r.product_id
 cross join lateral (select coalesce(e.snapshot_at, b.snapshot_at) as snapshot_at) f
union all
select v.batch_id, v.kind, v.external_system_id, v.business_date, i.facility_id, i.product_id, d.effective_date,
       r.external_qoh, r.external_qoh + d.quantity_on_hand_diff, d.quantity_on_hand_diff, v.file_sha256, v.applied_at,
       v.attempt_token, v.revision
  from oms.inventory_sync_batch v
  join oms.inventory_sync_batch b
    on b.kind = 'RESET' and b.external_system_id = v.external_system_id and b.business_date = v.business_date
   and b.revision = v.revision
  join oms.inventory_item_detail d on d.inventory_item_detail_seq_id = v.batch_id
  join oms.inventory_item i using (inventory_item_id)
  join oms.external_inventory_reset r
    on r.batch_id = b.batch_id and r.facility_id = i.facility_id and r.product_id = i.product_id
 where v.kind = 'VARIANCE';
comment on column audit.inventory_change.revision is '1 for the night as it was worked first, 2 for the file that superseded it';

create or replace view audit.inventory_proof as
select external_system_id, business_date, invariant,
       case invariant
         when 'I1' then 'the details up to the snapshot sum to the external count and the variance'
         when 'I2' then 'on hand now is that and what the OMS recorded after the snapshot'
         when 'I3' then 'on hand minus available to promise is as the batches found it'
         when 'I4' then 'keys that the file does not cover are untouched'
         when 'I5' then 'each key is set and corrected at most once'
       end as claim,
       checked, wrong, examples, checked_at, attempt_token, revision
  from oms.inventory_sync_proof;
comment on column audit.inventory_proof.revision is 'the newest revision of the night when it was read back';
