-- The working tables of one batch; dropped at the end of its transaction.

-- The file, line by line, as read.
create temporary table sync_line (
  line                  integer not null,
  facility_id           text not null,
  external_facility_id  text not null,
  id_type               text not null,
  id_value              text not null,
  quantity              integer,
  location_seq_id       text not null,
  -- Why the reader could not parse the line.
  problem               text,
  raw                   text not null
) on commit drop;

-- Every facility of the OMS, numbered in the order of its ids.
create temporary table sync_facility (
  facility_id  text primary key,
  external_id  text,
  facility_no  bigint not null,
  -- The facility's own snapshot, or the file's.
  snapshot_at  timestamptz not null
) on commit drop;

-- The product list that the night was frozen with, numbered likewise: only these products have an L and a V to reset against.
create temporary table sync_product (
  product_id  text primary key,
  product_no  bigint not null,
  id_type     text not null,
  id_value    text not null
) on commit drop;

-- Each line under the OMS's own ids, or why it is rejected.
create temporary view sync_row as
with external as (
  select external_id, min(facility_id) as facility_id, min(facility_no) as facility_no, count(*) as facility_count
    from sync_facility
   where external_id <> ''
   group by external_id
)
select l.line, coalesce(own.facility_no, external.facility_no) << 32 | p.product_no as key_no,
       coalesce(own.facility_id, external.facility_id) as facility_id, p.product_id, l.quantity,
       nullif(l.location_seq_id, '') as location_seq_id, l.raw,
       case
         when l.problem is not null then l.problem
         when l.facility_id = '' and l.external_facility_id = '' then 'names no facility'
         when l.facility_id <> '' and own.facility_id is null then format('unknown facility %s', l.facility_id)
         when l.facility_id = '' and external.facility_id is null
           then format('unknown external facility %s', l.external_facility_id)
         when l.facility_id = '' and external.facility_count > 1
           then format('external facility %s is %s facilities', l.external_facility_id, external.facility_count)
         when external.facility_count = 1 and own.facility_id <> external.facility_id
           then format('facility %s and external facility %s are two', l.facility_id, l.external_facility_id)
         when p.product_id is null then format('unknown product %s %s', l.id_type, l.id_value)
       end as problem
  from sync_line l
  left join sync_facility own on own.facility_id = l.facility_id
  left join external on external.external_id = l.external_facility_id
  left join sync_product p on p.id_type = l.id_type and p.id_value = l.id_value;

-- The lines of it that are rejected.
create temporary table sync_reject (line integer not null, problem text not null, raw text not null) on commit drop;

create temporary table sync_key (
  -- Built from the facility's number and the product's. Sorting a million keys by it costs a fraction of sorting by their ids.
  key_no           bigint not null,
  facility_id      text not null,
  product_id       text not null,
  -- bigint, since a sum of several locations may exceed the limit of one row.
  quantity         bigint not null,
  line_count       integer not null,
  -- The locations of the store that count the key.
  location_count   integer not null,
  location_seq_id  text,
  -- 'usable', 'conflicting' (two quantities), 'several_locations' or 'held' (by the freeze)
  status           text not null
) on commit drop;

-- The change that the batch makes to each of its keys; a diff of 0 is a key that was already right.
create temporary table sync_change (
  key_no             bigint not null,
  inventory_item_id  text not null,
  facility_id        text not null,
  product_id         text not null,
  snapshot_at        timestamptz not null,
  quantity           numeric(18,6) not null,
  diff               numeric(18,6) not null,
  on_hand_before     numeric(18,6) not null
) on commit drop;
