-- The product that has or had this id; the one valid now takes precedence.  $1 the id
select product_id
  from oms.good_identification
 where id_value = $1
 order by (thru_date is null or thru_date > now()) desc, from_date desc, product_id collate "C"
 limit 1;
