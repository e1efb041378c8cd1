-- What one batch works with; gone when its transaction ends.

-- The file, line by line, as it was read.
create temporary table sync_line (
  line                  integer not null,
  facility_id           text not null,
  external_facility_id  text not null,
  id_type               text not null,
  id_value              text not null,
  quantity              integer,
  location_seq_id       text not null,
  -- Why the reader could make nothing of it.
  problem               text,
  raw                   text not null
) on commit drop;

-- The same under the OMS's own ids.
create temporary table sync_row (
  line             integer not null,
  facility_id      text,
  product_id       text,
  quantity         integer,
  location_seq_id  text,
  problem          text
) on commit drop;

create temporary table sync_key (
  facility_id      text not null,
  product_id       text not null,
  quantity         integer not null,
  line_count       integer not null,
  location_seq_id  text,
  -- 'usable', 'conflicting' (two quantities) or 'held' (by the freeze)
  status           text not null
) on commit drop;

create temporary table sync_facility (facility_id text primary key, snapshot_at timestamptz not null) on commit drop;

-- What the batch does to each of its keys; a diff of 0 is a key that was right already.
create temporary table sync_change (
  inventory_item_id  text not null,
  facility_id        text not null,
  product_id         text not null,
  snapshot_at        timestamptz not null,
  quantity           integer not null,
  diff               numeric not null,
  on_hand_before     numeric not null
) on commit drop;
