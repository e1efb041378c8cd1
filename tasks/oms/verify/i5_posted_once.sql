-- I5: of each batch a key has one detail at most.  $1 how many examples
with judged as (
  select c.facility_id, c.product_id, 1::float8 as expected, greatest(resets, variances)::float8 as found,
         greatest(resets, variances) > 1 as is_violated
    from (
      select c.facility_id, c.product_id,
             count(*) filter (where p.kind = 'RESET') as resets,
             count(*) filter (where p.kind = 'VARIANCE') as variances
        from covered c
        left join posted_detail p using (facility_id, product_id)
       group by c.facility_id, c.product_id
    ) c
)
select count(*)::integer as checked,
       count(*) filter (where is_violated)::integer as violations,
       coalesce((
         select jsonb_agg(to_jsonb(example) - 'is_violated' order by facility_id, product_id)
           from (select * from judged where is_violated order by facility_id, product_id limit $1) example
       ), '[]') as examples
  from judged;
