-- The working tables of one check of a night; dropped at the end of its transaction. No indexes: joining and counting a
-- million unordered keys is faster than maintaining an index.

-- JIT compilation takes longer than these statements.
set local jit = off;

-- The keys that the reset covered, and the values it set.
create temporary table set_key (
  facility_id   text not null,
  product_id    text not null,
  external_qoh  numeric not null,
  -- The reset batch that set it last.
  batch_id      text not null,
  -- The number of the night's revisions that set it.
  set_count     bigint not null
) on commit drop;

-- The same keys with their expected counts.
create temporary table covered_key (
  facility_id        text not null,
  product_id         text not null,
  inventory_item_id  text,
  snapshot_at        timestamptz not null,
  -- RP, plus V if the variance is applied.
  expected           numeric not null,
  on_hand_now        numeric not null,
  set_count          bigint not null
) on commit drop;

-- The same keys with the ledger's figures.
create temporary table covered (
  facility_id     text not null,
  product_id      text not null,
  expected        numeric not null,
  on_hand_now     numeric not null,
  set_count       bigint not null,
  up_to_snapshot  numeric not null,
  after_snapshot  numeric not null,
  -- The details that the night's batches posted: their number, and by how much they changed what is reserved.
  resets          bigint not null,
  variances       bigint not null,
  reserved_diff   numeric not null
) on commit drop;

create temporary table night_id (product_id text not null, sku text not null) on commit drop;
