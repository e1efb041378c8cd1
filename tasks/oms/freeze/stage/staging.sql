-- What one freeze works with; gone when its transaction ends.
create temporary table frozen_product (product_id text primary key, id_value text not null) on commit drop;
create temporary table frozen_facility (facility_id text primary key, snapshot_at timestamptz not null) on commit drop;

-- Shipments of active products, and those behind a posting of one.
create temporary table issued (
  item_issuance_id  text primary key,
  order_id          text,
  facility_id       text,
  product_id        text,
  -- Units, net of what was cancelled by the snapshot.
  quantity          numeric not null,
  issued_at         timestamptz,
  -- Of the facility it was issued at.
  snapshot_at       timestamptz not null,
  -- Before go-live: taken as booked, whatever the postings say.
  settled           boolean not null
) on commit drop;

-- What the external system was asked to book for them, or by a slip for an active product.
create temporary table posted (
  posting_id        text primary key,
  item_issuance_id  text,
  facility_id       text,
  product_id        text,
  quantity_diff     numeric not null,
  sent_at           timestamptz,
  response_at       timestamptz,
  settled           boolean not null,
  -- Was it booked at or before the snapshot: yes, no, or unknown.
  booked            text not null
) on commit drop;
