-- RP - L for every usable key that has an item and is not planned yet; a key without an expectation had L = 0.
--   $1 external system    $2 business date    $3 revision
insert into sync_change
       (key_no, inventory_item_id, facility_id, product_id, snapshot_at, quantity, diff, on_hand_before)
select k.key_no, i.inventory_item_id, k.facility_id, k.product_id, f.snapshot_at, k.quantity,
       k.quantity - coalesce(e.ledger_qoh_at_snapshot, 0), i.quantity_on_hand_total
  from sync_key k
  join oms.inventory_item i using (facility_id, product_id)
  join sync_facility f using (facility_id)
  left join oms.inventory_sync_expectation e
    on e.external_system_id = $1 and e.business_date = $2 and e.revision = $3
   and e.facility_id = k.facility_id and e.product_id = k.product_id
 where k.status = 'usable'
   and not exists (select from sync_change c where c.key_no = k.key_no)
 -- In the order of the ledger's primary key, so that a million inserts follow its index instead of jumping around in it.
 order by i.inventory_item_id;
