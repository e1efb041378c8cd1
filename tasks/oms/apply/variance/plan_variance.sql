-- V for every usable key that the night's reset covered.  $1 the reset's batch id
insert into sync_change
       (key_no, inventory_item_id, facility_id, product_id, snapshot_at, quantity, diff, on_hand_before)
select k.key_no, i.inventory_item_id, k.facility_id, k.product_id, f.snapshot_at, k.quantity, k.quantity,
       i.quantity_on_hand_total
  from sync_key k
  join oms.external_inventory_reset r
    on r.batch_id = $1 and r.facility_id = k.facility_id and r.product_id = k.product_id
  join oms.inventory_item i on i.facility_id = k.facility_id and i.product_id = k.product_id
  join sync_facility f on f.facility_id = k.facility_id
 where k.status = 'usable';
