-- $1 product ids    $2 their ids in the files, in the same order
insert into frozen_product (product_id, id_value)
select product_id, id_value from unnest($1::text[], $2::text[]) as listed (product_id, id_value);
