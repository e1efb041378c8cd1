-- Keys of the variance file that the reset did not set, which leaves nothing to correct.
--   $1 the reset's batch id
select k.facility_id, k.product_id, k.quantity
  from sync_key k
 where not exists (
   select from oms.external_inventory_reset r
    where r.batch_id = $1 and r.facility_id = k.facility_id and r.product_id = k.product_id
 )
 order by k.key_no;
