-- The last value that each key was set to, and by how many of the night's resets.  $1 the batch ids of its resets
insert into set_key (facility_id, product_id, external_qoh, batch_id, set_count)
select distinct on (r.facility_id, r.product_id) r.facility_id, r.product_id, r.external_qoh, r.batch_id,
       count(*) over (partition by r.facility_id, r.product_id)
  from oms.external_inventory_reset r
  join oms.inventory_sync_batch b using (batch_id)
 where r.batch_id = any ($1::text[])
 order by r.facility_id, r.product_id, b.revision desc;
