select external_system_id, business_date, revision, facility_id, product_id, reason, detail
  from oms.inventory_sync_held_key
 where external_system_id = current_setting('stockflow.external_system_id')
   and business_date = current_setting('stockflow.business_date')::date
