-- The batch's id is part of the detail's id: a second detail of the same batch for an item would violate the primary key.
-- On hand and available change by the same amount, so that reservations stay as they are.
--   $1 batch id    $2 reason
insert into oms.inventory_item_detail
       (inventory_item_id, inventory_item_detail_seq_id, effective_date, quantity_on_hand_diff, available_to_promise_diff,
        reason_enum_id, physical_inventory_id)
select inventory_item_id, $1::text, snapshot_at, diff, diff, $2, $1::text || ':' || facility_id
  from sync_change
 where diff <> 0;
