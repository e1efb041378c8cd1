-- I5: a key has at most one detail of each batch, so no more than the revisions that set it.  $1 how many examples
select count(*)::integer as checked,
       count(*) filter (where greatest(resets, variances) > set_count)::integer as violations,
       coalesce((
         select jsonb_agg(wrong order by facility_id, product_id)
           from (
             select facility_id, product_id, coalesce(id.sku, '') as sku, set_count::float8 as expected, greatest(resets, variances)::float8 as found
               from covered
               left join night_id id using (product_id)
              where greatest(resets, variances) > set_count
              order by facility_id, product_id
              limit $1
           ) wrong
       ), '[]') as examples
  from covered;
