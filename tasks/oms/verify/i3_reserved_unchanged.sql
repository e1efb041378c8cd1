-- I3: on hand minus available is what it was: both batches moved them alike.  $1 how many examples
with judged as (
  select c.facility_id, c.product_id, 0::float8 as expected, coalesce(sum(p.on_hand - p.available), 0)::float8 as found,
         coalesce(sum(p.on_hand - p.available), 0) <> 0 as is_violated
    from covered c
    left join posted_detail p using (facility_id, product_id)
   group by c.facility_id, c.product_id
)
select count(*)::integer as checked,
       count(*) filter (where is_violated)::integer as violations,
       coalesce((
         select jsonb_agg(to_jsonb(example) - 'is_violated' order by facility_id, product_id)
           from (select * from judged where is_violated order by facility_id, product_id limit $1) example
       ), '[]') as examples
  from judged;
