-- Runs before the details are posted, so that on_hand_before is the earlier count.  $1 batch id
insert into oms.inventory_delta
       (batch_id, line, facility_id, product_id, id_value, effective_date, quantity_diff, on_hand_before, covered_by_batch_id)
select $1, r.line, r.facility_id, r.product_id, r.id_value, r.effective_date, r.quantity,
       coalesce(i.quantity_on_hand_total, 0), r.covered_by_batch_id
  from delta_row r
  left join oms.inventory_item i using (facility_id, product_id)
 where r.problem is null;
