-- Every key that the file set, including unchanged ones: the variance applies to exactly these. Inserted in the order of
-- the primary key, since a million keys in another order take twice as long.
--   $1 batch id
insert into oms.external_inventory_reset (batch_id, facility_id, product_id, external_qoh, quantity_on_hand_diff)
select $1, facility_id, product_id, quantity, diff
  from sync_change
 order by key_no;
