-- The working tables of one delta file; dropped at the end of its transaction.

create temporary table delta_line (
  line                  integer primary key,
  facility_id           text not null,
  external_facility_id  text not null,
  id_type               text not null,
  id_value              text not null,
  quantity              integer,
  effective_date        timestamptz,
  -- Why the reader could not parse the line.
  problem               text,
  raw                   text not null
) on commit drop;

-- The lines under the OMS's own ids.
create temporary table delta_row (
  line                 integer primary key,
  facility_id          text,
  product_id           text,
  id_value             text not null,
  quantity             integer,
  effective_date       timestamptz,
  -- The reset whose count already included this movement.
  covered_by_batch_id  text,
  problem              text
) on commit drop;
