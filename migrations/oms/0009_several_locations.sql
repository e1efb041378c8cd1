-- A store may count a product at several of its locations; whether such counts add up only its sender knows.
--   SEVERAL_LOCATIONS     the external system's file counts the key at several locations, and they are not to be summed
alter table oms.inventory_sync_held_key
  drop constraint reason_is_known,
  add constraint reason_is_known check (
    reason in ('AMBIGUOUS_POSTING', 'FRACTIONAL_VARIANCE', 'CONFLICTING_ROWS', 'SEVERAL_LOCATIONS'));

comment on column audit.inventory_proof.examples is 'at most 10 of the wrong keys: facility_id, product_id, sku, expected, found';
