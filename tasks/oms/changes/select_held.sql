-- $1 external system    $2 business date    $3 product or null    $4 facility or null    $5 how many    $6 revision
select facility_id, product_id, reason, coalesce(detail, '') as detail, count(*) over ()::integer as total
  from oms.inventory_sync_held_key
 where external_system_id = $1
   and business_date = $2::date
   and revision = $6
   and ($3::text is null or product_id = $3)
   and ($4::text is null or facility_id = $4)
 order by facility_id collate "C", product_id collate "C", reason
 limit $5;
