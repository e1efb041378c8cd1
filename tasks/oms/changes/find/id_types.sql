-- The types of product ids, by one look-up a type: the indexes on ids begin with the type.
with recursive id_type as (
  (select good_identification_type_id as id from oms.good_identification order by 1 limit 1)
  union all
  select (select g.good_identification_type_id from oms.good_identification g
           where g.good_identification_type_id > id_type.id order by 1 limit 1)
    from id_type
   where id_type.id is not null
)
