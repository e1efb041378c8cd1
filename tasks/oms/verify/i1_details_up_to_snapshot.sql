-- I1: the details up to the snapshot sum to RP + V.  $1 how many examples
with judged as (
  select facility_id, product_id, due::float8 as expected, up_to_snapshot::float8 as found,
         (up_to_snapshot <> due) as is_violated
    from covered
)
select count(*)::integer as checked,
       count(*) filter (where is_violated)::integer as violations,
       coalesce((
         select jsonb_agg(to_jsonb(example) - 'is_violated' order by facility_id, product_id)
           from (select * from judged where is_violated order by facility_id, product_id limit $1) example
       ), '[]') as examples
  from judged;
