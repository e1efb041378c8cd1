create temporary table compared_key (
  facility_id       text not null,
  sku               text not null,
  product_id        text not null,
  -- Counts at the end of the comparison.
  theirs            float8 not null,
  ours              float8 not null,
  posted            float8 not null,
  reset             float8 not null,
  variance          float8 not null,
  difference        float8 not null,
  is_covered        boolean not null,
  held              text,
  is_set            boolean not null,
  -- The units by which each cause would make theirs exceed ours.
  sale_undone       float8 not null,
  shipment_undone   float8 not null,
  wrong_store       float8 not null,
  unacknowledged    float8 not null
) on commit drop;
