-- I3: on hand minus available is unchanged: both batches moved them by the same amount.  $1 how many examples
select count(*)::integer as checked,
       count(*) filter (where reserved_diff <> 0)::integer as violations,
       coalesce((
         select jsonb_agg(wrong order by facility_id, product_id)
           from (
             select facility_id, product_id, coalesce(id.sku, '') as sku, 0::float8 as expected, reserved_diff::float8 as found
               from covered
               left join night_id id using (product_id)
              where reserved_diff <> 0
              order by facility_id, product_id
              limit $1
           ) wrong
       ), '[]') as examples
  from covered;
