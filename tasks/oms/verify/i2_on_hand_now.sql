-- I2: on hand now is RP + V and what moved after the snapshot.  $1 how many examples
with judged as (
  select facility_id, product_id, (due + after_snapshot)::float8 as expected, on_hand_now::float8 as found,
         (on_hand_now <> due + after_snapshot) as is_violated
    from covered
)
select count(*)::integer as checked,
       count(*) filter (where is_violated)::integer as violations,
       coalesce((
         select jsonb_agg(to_jsonb(example) - 'is_violated' order by facility_id, product_id)
           from (select * from judged where is_violated order by facility_id, product_id limit $1) example
       ), '[]') as examples
  from judged;
