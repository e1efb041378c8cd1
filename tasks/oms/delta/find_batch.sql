-- $1 external system    $2 file sha256
select batch_id, file_name, attempt_token, result
  from oms.inventory_delta_batch
 where external_system_id = $1
   and file_sha256 = $2;
