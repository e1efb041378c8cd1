-- What one check of a night works with; gone when its transaction ends.

-- Right after a reset the planner does not know yet how many rows that wrote, and nested loops would compare every key
-- with every other.
set local enable_nestloop = off;
-- Compiling takes longer than these statements.
set local jit = off;

-- What the night's batches posted, found by the physical inventories that carry their ids.
create temporary table posted_detail (
  kind               text not null,
  inventory_item_id  text not null,
  facility_id        text not null,
  product_id         text not null,
  on_hand            numeric not null,
  available          numeric not null
) on commit drop;

-- The keys the reset covered, with what each should be. Analyzed before they are joined to the ledger: planned blind,
-- that join compares every key with every other.
create temporary table covered_key (
  facility_id        text not null,
  product_id         text not null,
  inventory_item_id  text,
  snapshot_at        timestamptz not null,
  -- RP, and V where the variance is applied.
  due                numeric not null,
  on_hand_now        numeric not null,
  primary key (facility_id, product_id)
) on commit drop;

-- And what the ledger says of them.
create temporary table covered (
  facility_id    text not null,
  product_id     text not null,
  due            numeric not null,
  up_to_snapshot numeric not null,
  after_snapshot numeric not null,
  on_hand_now    numeric not null,
  primary key (facility_id, product_id)
) on commit drop;
