-- What one check of a night works with; gone when its transaction ends. No indexes: a million keys are faster joined and
-- counted as they come than kept in order.

-- Compiling takes longer than these statements.
set local jit = off;

-- The keys the reset covered, and what it set them to.
create temporary table set_key (
  facility_id   text not null,
  product_id    text not null,
  external_qoh  numeric not null,
  -- Of the reset that set it last.
  batch_id      text not null,
  -- How many revisions of the night set it.
  set_count     bigint not null
) on commit drop;

-- The same keys, with what each should be.
create temporary table covered_key (
  facility_id        text not null,
  product_id         text not null,
  inventory_item_id  text,
  snapshot_at        timestamptz not null,
  -- RP, and V where the variance is applied.
  due                numeric not null,
  on_hand_now        numeric not null,
  set_count          bigint not null
) on commit drop;

-- And what the ledger says of them.
create temporary table covered (
  facility_id     text not null,
  product_id      text not null,
  due             numeric not null,
  on_hand_now     numeric not null,
  set_count       bigint not null,
  up_to_snapshot  numeric not null,
  after_snapshot  numeric not null,
  -- Of the details that the night's batches posted: how many of each, and by how much they moved what is reserved.
  resets          bigint not null,
  variances       bigint not null,
  reserved_diff   numeric not null
) on commit drop;

create temporary table night_id (product_id text not null, sku text not null) on commit drop;
