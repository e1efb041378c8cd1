-- $1 batch id    $2 external system    $3 file sha256    $4 file name    $5 rows    $6 attempt token    $7 the result
insert into oms.inventory_delta_batch
       (batch_id, external_system_id, file_sha256, file_name, rows, attempt_token, result)
values ($1, $2, $3, $4, $5, $6, $7);
