-- I2: on hand now is RP + V plus the movements after the snapshot.  $1 how many examples
select count(*)::integer as checked,
       count(*) filter (where on_hand_now <> expected + after_snapshot)::integer as violations,
       coalesce((
         select jsonb_agg(wrong order by facility_id, product_id)
           from (
             select facility_id, product_id, coalesce(id.sku, '') as sku, (expected + after_snapshot)::float8 as expected, on_hand_now::float8 as found
               from covered
               left join night_id id using (product_id)
              where on_hand_now <> expected + after_snapshot
              order by facility_id, product_id
              limit $1
           ) wrong
       ), '[]') as examples
  from covered;
