-- V of a superseded revision whose variance was never applied, for the keys that its reset set and the new one does not. The
-- other keys are set again and no longer need it.
--   $1 external system    $2 business date    $3 the superseded revision    $4 its reset's batch id    $5 the new reset's
insert into sync_change
       (key_no, inventory_item_id, facility_id, product_id, snapshot_at, quantity, diff, on_hand_before)
select row_number() over (order by i.inventory_item_id), i.inventory_item_id, e.facility_id, e.product_id, e.snapshot_at,
       e.variance_qty, e.variance_qty, i.quantity_on_hand_total
  from oms.inventory_sync_expectation e
  join oms.external_inventory_reset r
    on r.batch_id = $4 and r.facility_id = e.facility_id and r.product_id = e.product_id
  join oms.inventory_item i on i.facility_id = e.facility_id and i.product_id = e.product_id
 where e.external_system_id = $1
   and e.business_date = $2
   and e.revision = $3
   and e.variance_qty <> 0
   and not exists (
     select from oms.external_inventory_reset anew
      where anew.batch_id = $5 and anew.facility_id = e.facility_id and anew.product_id = e.product_id
   );
