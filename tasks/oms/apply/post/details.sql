-- The batch's id is the detail's: a second one of the same batch for an item would break the primary key.
-- On hand and available move alike, so that what is reserved stays reserved.
--   $1 batch id    $2 reason
insert into oms.inventory_item_detail
       (inventory_item_id, inventory_item_detail_seq_id, effective_date, quantity_on_hand_diff, available_to_promise_diff,
        reason_enum_id, physical_inventory_id)
select inventory_item_id, $1::text, snapshot_at, diff, diff, $2, $1::text || ':' || facility_id
  from sync_change
 where diff <> 0;
