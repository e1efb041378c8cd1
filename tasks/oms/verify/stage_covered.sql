-- Sums the ledger anew, by its rows and not by the totals or by what the batches reported.
insert into covered (facility_id, product_id, due, up_to_snapshot, after_snapshot, on_hand_now)
select k.facility_id, k.product_id, k.due,
       coalesce(sum(d.quantity_on_hand_diff) filter (where d.effective_date <= k.snapshot_at), 0),
       coalesce(sum(d.quantity_on_hand_diff) filter (where d.effective_date > k.snapshot_at), 0),
       k.on_hand_now
  from covered_key k
  left join oms.inventory_item_detail d using (inventory_item_id)
 group by k.facility_id, k.product_id;
