-- Movements that another system sends as they happen, such as the sales of a till: many small files, each applied once by
-- what is in it and not by its name or its night. Apart from inventory_sync_batch, whose batches are one a night.

create table oms.inventory_delta_batch (
  batch_id            text primary key,
  external_system_id  text not null,
  file_sha256         text not null,
  -- Under which it was applied; the same bytes may come again under another.
  file_name           text,
  rows                integer,
  attempt_token       text,
  applied_at          timestamptz not null default now(),
  -- What the first application reported, for whoever asks again.
  result              jsonb not null default '{}',
  constraint applied_once_per_content_and_system unique (external_system_id, file_sha256),
  constraint delta_file_sha256_is_64_hex_digits check (file_sha256 ~ '^[0-9a-f]{64}$'),
  constraint delta_rows_are_not_negative check (rows >= 0)
);

-- Its lines. One whose movement a reset had counted already is kept and moves nothing.
create table oms.inventory_delta (
  batch_id             text not null,
  line                 integer not null,
  facility_id          text not null,
  product_id           text not null,
  id_value             text not null,
  effective_date       timestamptz not null,
  -- Signed: a sale is negative.
  quantity_diff        numeric(18,6) not null,
  -- Of the line's key, when its batch was applied.
  on_hand_before       numeric(18,6) not null,
  -- The RESET batch whose snapshot is not before effective_date; null for a line that was posted.
  covered_by_batch_id  text,
  primary key (batch_id, line)
);

create index inventory_delta_by_product_and_facility on oms.inventory_delta (product_id, facility_id, effective_date);

-- What became of each file that was found, by its name, so that a look into a folder of thousands reads only the new ones.
create table oms.inventory_delta_file (
  external_system_id  text not null,
  location            text not null,
  bytes               bigint not null,
  modified_at         timestamptz not null,
  --   applied    by this name
  --   repeated   its content had been applied before
  --   refused    it stays refused until it changes, or its task is cleared
  outcome             text not null,
  -- Why it was refused.
  reason              text,
  judged_at           timestamptz not null default now(),
  primary key (external_system_id, location),
  constraint outcome_is_known check (outcome in ('applied', 'repeated', 'refused')),
  constraint reason_iff_refused check ((reason is not null) = (outcome = 'refused'))
);

create schema if not exists audit;

create view audit.inventory_delta as
select b.batch_id, b.external_system_id, d.facility_id, d.product_id, d.line, d.effective_date, d.on_hand_before,
       d.quantity_diff, d.covered_by_batch_id is null as is_posted, d.covered_by_batch_id, b.file_name, b.file_sha256,
       b.applied_at, b.attempt_token
  from oms.inventory_delta_batch b
  join oms.inventory_delta d using (batch_id);

comment on view audit.inventory_delta is
  'Each line of each delta file that was applied, also those that moved nothing because a reset had counted them already';
comment on column audit.inventory_delta.batch_id is 'The applied file';
comment on column audit.inventory_delta.external_system_id is 'The system that sent it';
comment on column audit.inventory_delta.facility_id is 'Where the stock moved, by the OMS''s own id';
comment on column audit.inventory_delta.product_id is 'What moved, by the OMS''s own id';
comment on column audit.inventory_delta.line is 'Its line in the file; the header is line 1';
comment on column audit.inventory_delta.effective_date is 'When it happened, by the file';
comment on column audit.inventory_delta.on_hand_before is 'Units on hand when the file was applied';
comment on column audit.inventory_delta.quantity_diff is 'Units, signed: a sale is negative';
comment on column audit.inventory_delta.is_posted is 'Whether it moved the count';
comment on column audit.inventory_delta.covered_by_batch_id is 'Where it did not: the reset whose count held it already';
comment on column audit.inventory_delta.file_name is 'The file''s name when it was applied';
comment on column audit.inventory_delta.file_sha256 is 'SHA-256 of the file, 64 hex digits';
comment on column audit.inventory_delta.applied_at is 'When it was applied';
comment on column audit.inventory_delta.attempt_token is 'The attempt that applied it: token of stockflow''s task attempt';

do $$
begin
  if exists (select from pg_roles where rolname = 'stockflow_auditor') then
    grant usage on schema audit to stockflow_auditor;
    grant select on audit.inventory_delta to stockflow_auditor;
  end if;
end $$;
