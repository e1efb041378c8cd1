-- Sums the ledger again from its rows, not from the totals or the batches' reports, in one scan.
--   $1 the resets' physical inventories    $2 the variances'
insert into covered (facility_id, product_id, expected, on_hand_now, set_count,
                     up_to_snapshot, after_snapshot, resets, variances, reserved_diff)
select k.facility_id, k.product_id, k.expected, k.on_hand_now, k.set_count,
       coalesce(sum(d.quantity_on_hand_diff) filter (where d.effective_date <= k.snapshot_at), 0),
       coalesce(sum(d.quantity_on_hand_diff) filter (where d.effective_date > k.snapshot_at), 0),
       count(*) filter (where d.physical_inventory_id = any($1::text[])),
       count(*) filter (where d.physical_inventory_id = any($2::text[])),
       -- Most details move both by the same amount; only the others are summed, since each running sum takes memory.
       coalesce(sum(d.quantity_on_hand_diff - d.available_to_promise_diff)
                filter (where d.quantity_on_hand_diff <> d.available_to_promise_diff
                          and (d.physical_inventory_id = any($1::text[]) or d.physical_inventory_id = any($2::text[]))), 0)
  from covered_key k
  left join oms.inventory_item_detail d using (inventory_item_id)
 group by k.facility_id, k.product_id, k.expected, k.on_hand_now, k.set_count;
