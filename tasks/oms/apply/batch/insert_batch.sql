-- $1 batch id    $2 kind    $3 external system    $4 business date    $5 revision
-- $6 snapshot    $7 file sha256    $8 rows           $9 attempt token
insert into oms.inventory_sync_batch
       (batch_id, kind, external_system_id, business_date, revision, snapshot_at, file_sha256, rows, attempt_token)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9);
