-- What the OMS has applied, so that what the shadow adds can be told from it.
create temporary table mirrored_batch on commit drop as select batch_id from pg_temp.inventory_sync_batch;
