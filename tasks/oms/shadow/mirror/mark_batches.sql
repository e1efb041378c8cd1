-- Marks the batches that the OMS has applied, so that those which the shadow adds can be told from them.
create temporary table mirrored_batch on commit drop as select batch_id from pg_temp.inventory_sync_batch;
