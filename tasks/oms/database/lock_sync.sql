-- One freeze, reset or variance at a time; released by the transaction's end. Reading the batches stays possible.
-- A table lock and no advisory lock, as a select would fix a repeatable read's snapshot before the wait.
lock table oms.inventory_sync_batch in share row exclusive mode;
