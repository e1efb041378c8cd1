-- OFBiz records a correction as a physical inventory; here one per batch and facility, at the facility's snapshot.
--   $1 batch id
insert into oms.physical_inventory (physical_inventory_id, physical_inventory_date, general_comments)
select b.batch_id || ':' || c.facility_id, c.snapshot_at,
       format('%s of %s, business date %s', b.kind, b.external_system_id, b.business_date)
  from (select distinct facility_id, snapshot_at from sync_change where diff <> 0) c
 cross join oms.inventory_sync_batch b
 where b.batch_id = $1;
