-- The product that has or had this id; the one valid now takes precedence.  $1 the id
select g.product_id
  from id_type
  join oms.good_identification g on g.good_identification_type_id = id_type.id and g.id_value = $1
 order by (g.thru_date is null or g.thru_date > now()) desc, g.from_date desc, g.product_id collate "C"
 limit 1;
