-- What each reading back of a night found, invariant by invariant: the proof, or what was wrong.

create table oms.inventory_sync_proof (
  external_system_id  text not null,
  business_date       date not null,
  -- Of the verify task: a night verified again adds rows, and none is changed.
  attempt_token       text not null,
  invariant           text not null,
  -- Keys looked at, and those of them that were not as they must be.
  checked             integer not null,
  wrong               integer not null,
  -- Of the wrong ones: [{facility_id, product_id, expected, found}].
  examples            jsonb not null default '[]',
  checked_at          timestamptz not null default now(),
  primary key (external_system_id, business_date, attempt_token, invariant),
  constraint invariant_is_known check (invariant in ('I1', 'I2', 'I3', 'I4', 'I5')),
  constraint wrong_are_among_checked check (wrong between 0 and checked)
);

create view audit.inventory_proof as
select external_system_id, business_date, invariant,
       case invariant
         when 'I1' then 'the details up to the snapshot sum to the external count and the variance'
         when 'I2' then 'on hand now is that and what the OMS recorded after the snapshot'
         when 'I3' then 'on hand minus available to promise is as the batches found it'
         when 'I4' then 'keys that the file does not cover are untouched'
         when 'I5' then 'each key is set and corrected at most once'
       end as claim,
       checked, wrong, examples, checked_at, attempt_token
  from oms.inventory_sync_proof;

comment on view audit.inventory_proof is
  'What the verify task found when it read a night back from the OMS: one row per night, invariant and reading';
comment on column audit.inventory_proof.external_system_id is 'Whose counts were set';
comment on column audit.inventory_proof.business_date is 'The night';
comment on column audit.inventory_proof.invariant is 'I1 to I5';
comment on column audit.inventory_proof.claim is 'What must be true of each key';
comment on column audit.inventory_proof.checked is 'Keys looked at';
comment on column audit.inventory_proof.wrong is 'Keys of which it was not true; 0 is the proof';
comment on column audit.inventory_proof.examples is 'At most 10 of the wrong keys: facility_id, product_id, expected, found';
comment on column audit.inventory_proof.checked_at is 'When they were read, all of one instant';
comment on column audit.inventory_proof.attempt_token is 'Of the attempt that read them: its task instance and fence';

do $$
begin
  if exists (select from pg_roles where rolname = 'stockflow_auditor') then
    grant select on audit.inventory_proof to stockflow_auditor;
  end if;
end $$;
