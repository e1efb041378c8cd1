select external_system_id, business_date, revision, facility_id, product_id, snapshot_at, ledger_qoh_at_snapshot, variance_qty,
       location_seq_id
  from oms.inventory_sync_expectation
 where external_system_id = current_setting('stockflow.external_system_id')
   and business_date = current_setting('stockflow.business_date')::date
