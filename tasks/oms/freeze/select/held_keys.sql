-- Keys held out by the freeze, for the operator.  $1 external system    $2 business date    $3 revision
select h.facility_id, h.product_id, coalesce(p.id_value, '') as id_value, h.reason, coalesce(h.detail, '') as detail
  from oms.inventory_sync_held_key h
  left join frozen_product p using (product_id)
 where h.external_system_id = $1
   and h.business_date = $2
   and h.revision = $3
   and h.reason not in ('CONFLICTING_ROWS', 'SEVERAL_LOCATIONS')
 order by h.facility_id collate "C", h.product_id collate "C", h.reason;
