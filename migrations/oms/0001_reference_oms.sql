-- The reference OMS: the part of an OFBiz data model that the inventory sync reads and writes, under OFBiz's names.
-- A real OMS offers the same names as tables or views. No foreign keys: its services load these tables in any order.
create schema if not exists oms;
comment on schema oms is 'Reference order management system: products, facilities, inventory, shipments and the nightly sync';

create table oms.product (
  product_id                  text primary key,
  internal_name               text,
  product_type_id             text,
  is_virtual                  boolean,
  introduction_date           timestamptz,
  sales_discontinuation_date  timestamptz
);

create table oms.good_identification (
  good_identification_type_id  text not null,
  product_id                   text not null,
  from_date                    timestamptz not null,
  thru_date                    timestamptz,
  id_value                     text,
  primary key (good_identification_type_id, product_id, from_date)
);

-- A row of an inventory file names its product by this pair.
create index good_identification_by_value on oms.good_identification (good_identification_type_id, id_value);

create table oms.facility (
  facility_id         text primary key,
  external_id         text,
  facility_name       text,
  facility_type_id    text,
  facility_time_zone  text,
  closed_date         timestamptz
);

create table oms.shopify_shop_product (
  shop_id             text not null,
  product_id          text not null,
  shopify_product_id  text,
  primary key (shop_id, product_id)
);

create index shopify_shop_product_by_product on oms.shopify_shop_product (product_id);

-- The totals are the sums of the item's details and never anything else: 0002_inventory_totals.sql keeps them so.
create table oms.inventory_item (
  inventory_item_id           text primary key,
  product_id                  text not null,
  facility_id                 text not null,
  location_seq_id             text,
  quantity_on_hand_total      numeric(18,6) not null default 0,
  available_to_promise_total  numeric(18,6) not null default 0,
  constraint one_item_per_product_and_facility unique (product_id, facility_id)
-- A reset may change every total at once: with room on each page for the new rows no index is touched (a third of the time).
) with (fillfactor = 50);

-- The ledger. Inserting a row is how stock moves.
create table oms.inventory_item_detail (
  inventory_item_id             text not null,
  inventory_item_detail_seq_id  text not null,
  effective_date                timestamptz not null,
  created_at                    timestamptz default now(),
  quantity_on_hand_diff         numeric(18,6) not null default 0,
  available_to_promise_diff     numeric(18,6) not null default 0,
  reason_enum_id                text,
  item_issuance_id              text,
  physical_inventory_id         text,
  primary key (inventory_item_id, inventory_item_detail_seq_id)
);

-- What moved after a snapshot is a few hours of a ledger of years. All details of one item come from the primary key.
create index inventory_item_detail_by_effective_date on oms.inventory_item_detail (effective_date);

-- What one batch posted.
create index inventory_item_detail_by_physical_inventory on oms.inventory_item_detail (physical_inventory_id)
  where physical_inventory_id is not null;

create table oms.item_issuance (
  item_issuance_id   text primary key,
  order_id           text,
  order_item_seq_id  text,
  shipment_id        text,
  inventory_item_id  text,
  facility_id        text,
  product_id         text,
  quantity           numeric(18,6) not null default 0,
  cancel_quantity    numeric(18,6) not null default 0,
  issued_date_time   timestamptz
);

create index item_issuance_by_product_and_facility on oms.item_issuance (product_id, facility_id, issued_date_time);

-- An issuance that does not say its own key takes it from its item.
create index item_issuance_without_product on oms.item_issuance (inventory_item_id) where product_id is null;

-- What the external system was asked to book, and what it said. A slip moves stock there without an issuance of ours.
create table oms.external_inventory_posting (
  posting_id            text primary key,
  item_issuance_id      text,
  posting_type          text,
  facility_id           text,
  product_id            text,
  quantity_diff         numeric(18,6) not null default 0,
  external_document_id  text,
  sent_at               timestamptz,
  response_at           timestamptz,
  external_posted_at    timestamptz,
  constraint posting_type_is_known check (posting_type in ('INVOICE', 'SLIP_OUT', 'SLIP_IN'))
);

create index external_inventory_posting_by_product_and_facility
  on oms.external_inventory_posting (product_id, facility_id, external_posted_at);
create index external_inventory_posting_by_issuance on oms.external_inventory_posting (item_issuance_id);

create table oms.physical_inventory (
  physical_inventory_id    text primary key,
  physical_inventory_date  timestamptz,
  general_comments         text
);

create table oms.inventory_item_variance (
  inventory_item_id         text not null,
  physical_inventory_id     text not null,
  quantity_on_hand_var      numeric(18,6) not null default 0,
  available_to_promise_var  numeric(18,6) not null default 0,
  variance_reason_id        text,
  primary key (inventory_item_id, physical_inventory_id)
);
