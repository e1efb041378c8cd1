-- $6 how many, or null for all
select facility_id, sku, product_id, before, reset, variance, delta, before + diff as after, diff, count(*) over ()::integer as total
  from changed
 where before > 0 and before + diff <= 0
 order by before desc, facility_id collate "C", product_id collate "C"
 limit $6
