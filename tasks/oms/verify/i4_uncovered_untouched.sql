-- I4: a key the file does not cover has no detail of either batch.  $1 how many examples
with judged as (
  select i.facility_id, i.product_id, 0::float8 as expected, count(p.inventory_item_id)::float8 as found,
         count(p.inventory_item_id) > 0 as is_violated
    from oms.inventory_item i
    left join posted_detail p using (inventory_item_id)
   where not exists (select from covered c where c.facility_id = i.facility_id and c.product_id = i.product_id)
   group by i.facility_id, i.product_id
)
select count(*)::integer as checked,
       count(*) filter (where is_violated)::integer as violations,
       coalesce((
         select jsonb_agg(to_jsonb(example) - 'is_violated' order by facility_id, product_id)
           from (select * from judged where is_violated order by facility_id, product_id limit $1) example
       ), '[]') as examples
  from judged;
