-- One detail a line, under the line's own id and date: two equal lines are two sales. A sale reduces what was available as
-- well as what was on hand.
--   $1 batch id    $2 reason
insert into oms.inventory_item_detail
       (inventory_item_id, inventory_item_detail_seq_id, effective_date, quantity_on_hand_diff, available_to_promise_diff,
        reason_enum_id)
select i.inventory_item_id, $1::text || ':' || r.line, r.effective_date, r.quantity, r.quantity, $2
  from delta_row r
  join oms.inventory_item i using (facility_id, product_id)
 where r.problem is null
   and r.covered_by_batch_id is null
   and r.quantity <> 0
 order by i.inventory_item_id;
