select batch_id, kind, external_system_id, business_date, revision, snapshot_at, file_sha256, rows, attempt_token, applied_at, result
  from oms.inventory_sync_batch
 where external_system_id = current_setting('stockflow.external_system_id')
