-- Ids that resemble one that nothing has: other writings of it, and its neighbours in the order of the index.
--   $1 the id    $2 other writings    $3 how many of each
select found.id_value as id
  from id_type
 cross join lateral (
   (select 0 as place, g.id_value from oms.good_identification g
     where g.good_identification_type_id = id_type.id and g.id_value = any ($2) limit $3)
   union all
   (select 1, g.id_value from oms.good_identification g
     where g.good_identification_type_id = id_type.id and g.id_value >= $1 order by g.id_value limit $3)
   union all
   (select 1, g.id_value from oms.good_identification g
     where g.good_identification_type_id = id_type.id and g.id_value < $1 order by g.id_value desc limit $3)
 ) found
 order by found.place, found.id_value;
