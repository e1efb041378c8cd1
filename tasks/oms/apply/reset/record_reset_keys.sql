-- Every key the file set, also where nothing had to change: the variance is due to these and no others. In the order of
-- the primary key: a million of them in any other take twice as long.
--   $1 batch id
insert into oms.external_inventory_reset (batch_id, facility_id, product_id, external_qoh, quantity_on_hand_diff)
select $1, facility_id, product_id, quantity, diff
  from sync_change
 order by key_no;
