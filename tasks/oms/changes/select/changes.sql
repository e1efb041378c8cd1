select facility_id, sku, product_id, before, reset, variance, delta, before + diff as after, diff
  from changed
 -- A count that was set and corrected back is a change too, sorted after those that stayed.
 order by abs(diff) desc, abs(reset) desc, facility_id collate "C", product_id collate "C"
