-- The working tables of one freeze; dropped at the end of its transaction.
create temporary table frozen_product (product_id text primary key, id_value text not null) on commit drop;
create temporary table frozen_facility (facility_id text primary key, snapshot_at timestamptz not null) on commit drop;

-- Shipments of active products, and the shipments behind a posting for one.
create temporary table issued (
  item_issuance_id  text primary key,
  order_id          text,
  facility_id       text,
  product_id        text,
  -- Units, net of what was cancelled by the snapshot.
  quantity          numeric not null,
  issued_at         timestamptz,
  -- The snapshot of the facility that issued it.
  snapshot_at       timestamptz not null,
  -- Before go-live: taken as booked, whatever the postings say.
  settled           boolean not null
) on commit drop;

-- The postings sent to the external system for them, or by a slip for an active product.
create temporary table posted (
  posting_id        text primary key,
  item_issuance_id  text,
  facility_id       text,
  product_id        text,
  quantity_diff     numeric not null,
  sent_at           timestamptz,
  response_at       timestamptz,
  settled           boolean not null,
  -- Whether it was booked at or before the snapshot: yes, no, or unknown.
  booked            text not null
) on commit drop;
