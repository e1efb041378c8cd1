select count(*)::integer as rows,
       count(*) filter (where problem is not null)::integer as rejected,
       count(*) filter (where problem is null and covered_by_batch_id is null)::integer as posted,
       count(*) filter (where problem is null and covered_by_batch_id is not null)::integer as covered,
       count(distinct (facility_id, product_id)) filter (where problem is null and covered_by_batch_id is null)::integer as keys,
       coalesce(sum(quantity) filter (where problem is null and covered_by_batch_id is null and quantity > 0), 0)::float8 as units_up,
       coalesce(-sum(quantity) filter (where problem is null and covered_by_batch_id is null and quantity < 0), 0)::float8 as units_down
  from delta_row;
