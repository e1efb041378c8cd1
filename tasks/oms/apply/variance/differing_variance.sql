-- Covered keys whose value in the file differs from the frozen one: the file is of another freeze, or was changed.
--   $1 external system    $2 business date    $3 revision    $4 the reset's batch id
with frozen as (
  select e.facility_id, e.product_id, e.variance_qty
    from oms.inventory_sync_expectation e
    join oms.external_inventory_reset r
      on r.batch_id = $4 and r.facility_id = e.facility_id and r.product_id = e.product_id
   where e.external_system_id = $1 and e.business_date = $2 and e.revision = $3 and e.variance_qty <> 0
), filed as (
  select facility_id, product_id, quantity from sync_change
)
select facility_id, product_id, trim_scale(coalesce(frozen.variance_qty, 0))::text as frozen,
       trim_scale(coalesce(filed.quantity, 0))::text as filed
  from frozen
  full join filed using (facility_id, product_id)
 where coalesce(frozen.variance_qty, 0) <> coalesce(filed.quantity, 0)
 order by facility_id collate "C", product_id collate "C"
 limit 5;
