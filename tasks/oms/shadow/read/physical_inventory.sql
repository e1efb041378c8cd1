select p.physical_inventory_id, p.physical_inventory_date, p.general_comments
  from oms.inventory_sync_batch b
  join oms.physical_inventory p on starts_with(p.physical_inventory_id, b.batch_id || ':')
 where b.external_system_id = current_setting('stockflow.external_system_id')
   and b.business_date = current_setting('stockflow.business_date')::date
