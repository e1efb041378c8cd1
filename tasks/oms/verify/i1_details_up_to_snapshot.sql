-- I1: the details up to the snapshot sum to RP + V.  $1 how many examples
select count(*)::integer as checked,
       count(*) filter (where up_to_snapshot <> expected)::integer as violations,
       coalesce((
         select jsonb_agg(wrong order by facility_id, product_id)
           from (
             select facility_id, product_id, coalesce(id.sku, '') as sku, expected::float8, up_to_snapshot::float8 as found
               from covered
               left join night_id id using (product_id)
              where up_to_snapshot <> expected
              order by facility_id, product_id
              limit $1
           ) wrong
       ), '[]') as examples
  from covered;
