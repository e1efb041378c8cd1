-- A product with its ids, those valid now first.  $1 product id
select p.product_id, coalesce(p.internal_name, '') as name,
       coalesce(array_agg(g.id_value order by (g.thru_date is null or g.thru_date > now()) desc, g.from_date desc,
                          g.id_value collate "C") filter (where g.id_value is not null), '{}') as ids
  from oms.product p
  left join oms.good_identification g
    on g.product_id = p.product_id
   -- The primary key begins with the type.
   and g.good_identification_type_id in (select t.id from id_type t where t.id is not null)
 where p.product_id = $1
 group by p.product_id;
