-- $1 external system    $2 business date    $3 product or null    $4 facility or null    $5 how many    $6 revision
select h.facility_id, h.product_id, coalesce(id.sku, '') as sku, h.reason, coalesce(h.detail, '') as detail,
       count(*) over ()::integer as total
  from oms.inventory_sync_held_key h
  left join (
    select listed.product_id, listed.id_value as sku
      from oms.inventory_sync_freeze z
     cross join lateral unnest(z.product_ids, z.id_values) as listed (product_id, id_value)
     where z.external_system_id = $1 and z.business_date = $2::date and z.revision = $6
  ) id using (product_id)
 where h.external_system_id = $1
   and h.business_date = $2::date
   and h.revision = $6
   and ($3::text is null or h.product_id = $3)
   and ($4::text is null or h.facility_id = $4)
 order by h.facility_id collate "C", h.product_id collate "C", h.reason
 limit $5;
