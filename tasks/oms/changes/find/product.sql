-- The product whose id this is or was, the one valid now before one that is not.  $1 the id
select product_id
  from oms.good_identification
 where id_value = $1
 order by (thru_date is null or thru_date > now()) desc, from_date desc, product_id collate "C"
 limit 1;
