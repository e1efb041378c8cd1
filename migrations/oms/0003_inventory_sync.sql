-- What the nightly inventory sync keeps in the OMS itself, so that the OMS alone can prove what was applied, and once.

-- One applied file. The unique constraint is what makes a night's reset and variance happen at most once.
create table oms.inventory_sync_batch (
  batch_id            text primary key,
  kind                text not null,
  external_system_id  text not null,
  business_date       date not null,
  -- The external system's snapshot; facilities with one of their own are in inventory_sync_freeze.
  snapshot_at         timestamptz,
  -- RESET: of the external system's own file, from which the applied one was filtered. VARIANCE: of the applied file.
  file_sha256         text,
  rows                integer,
  attempt_token       text,
  applied_at          timestamptz default now(),
  -- What the first application reported, for whoever asks again.
  result              jsonb not null default '{}',
  constraint applied_once_per_night_and_system unique (kind, external_system_id, business_date),
  constraint kind_is_reset_or_variance check (kind in ('RESET', 'VARIANCE')),
  constraint file_sha256_is_64_hex_digits check (file_sha256 ~ '^[0-9a-f]{64}$'),
  constraint rows_are_not_negative check (rows >= 0)
);

create index inventory_sync_batch_by_file on oms.inventory_sync_batch (file_sha256);

-- One night's frozen arithmetic: for which snapshot, which products, and after which batches it was worked out.
create table oms.inventory_sync_freeze (
  external_system_id    text not null,
  business_date         date not null,
  snapshot_at           timestamptz not null,
  -- {facility_id: snapshot instant} where a facility has one of its own.
  facility_snapshots    jsonb not null default '{}',
  go_live               timestamptz,
  id_type               text not null,
  -- The active products and, in the same order, their ids in the files.
  product_ids           text[] not null,
  id_values             text[] not null,
  expectation_count     integer not null,
  -- Of this system, on other dates. One applied since then has moved the ledger below the frozen one.
  earlier_batch_count   integer not null,
  frozen_at             timestamptz not null default now(),
  primary key (external_system_id, business_date),
  constraint each_product_has_its_id check (cardinality(product_ids) = cardinality(id_values))
);

-- Per key, what the OMS said at the snapshot and by how much the external system is known to be wrong.
create table oms.inventory_sync_expectation (
  external_system_id      text not null,
  business_date           date not null,
  facility_id             text not null,
  product_id              text not null,
  snapshot_at             timestamptz,
  ledger_qoh_at_snapshot  numeric(18,6) not null default 0,
  -- Signed, in units. For a held key only its certain part, and never applied.
  variance_qty            numeric(18,6) not null default 0,
  -- Of the item as it was frozen, so that the night's variance file is always the same bytes.
  location_seq_id         text,
  primary key (external_system_id, business_date, facility_id, product_id)
);

-- Keys left at the OMS's own count for a night, with the reason.
--   AMBIGUOUS_POSTING     nobody can say whether a posting was booked before the snapshot
--   FRACTIONAL_VARIANCE   the variance is no whole number, and a file carries none other
--   CONFLICTING_ROWS      the external system's file says two different counts
create table oms.inventory_sync_held_key (
  external_system_id  text not null,
  business_date       date not null,
  facility_id         text not null,
  product_id          text not null,
  reason              text not null,
  detail              text,
  primary key (external_system_id, business_date, facility_id, product_id, reason),
  constraint reason_is_known check (reason in ('AMBIGUOUS_POSTING', 'FRACTIONAL_VARIANCE', 'CONFLICTING_ROWS'))
);

-- The keys a RESET batch covered, also those whose count was right already.
create table oms.external_inventory_reset (
  batch_id               text not null,
  facility_id            text not null,
  product_id             text not null,
  external_qoh           numeric(18,6) not null,
  quantity_on_hand_diff  numeric(18,6) not null,
  primary key (batch_id, facility_id, product_id)
);

create table oms.inventory_sync_reject (
  batch_id  text not null,
  line      integer,
  reason    text,
  raw       text
);

create index inventory_sync_reject_by_batch on oms.inventory_sync_reject (batch_id, line);
