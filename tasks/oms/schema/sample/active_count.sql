-- follow `active as (...)`, the products sold online.
select count(distinct product_id)::integer as count, count(distinct product_id) filter (where id_value is not null)::integer as with_id
  from active;
