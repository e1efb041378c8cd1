-- I5: of each batch a key has one detail at most.  $1 how many examples
select count(*)::integer as checked,
       count(*) filter (where greatest(resets, variances) > 1)::integer as violations,
       coalesce((
         select jsonb_agg(wrong order by facility_id, product_id)
           from (
             select facility_id, product_id, 1::float8 as expected, greatest(resets, variances)::float8 as found
               from covered
              where greatest(resets, variances) > 1
              order by facility_id, product_id
              limit $1
           ) wrong
       ), '[]') as examples
  from covered;
