select facility_id, sku, product_id, before, reset, variance, delta, before + diff as after, diff
  from changed
 where before > 0 and before + diff <= 0
 order by before desc, facility_id collate "C", product_id collate "C"
