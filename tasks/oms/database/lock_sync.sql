-- One freeze, reset or variance at a time; released at the end of the transaction. The batches stay readable.
-- A table lock instead of an advisory lock, since a select would fix a repeatable read's snapshot before the wait.
lock table oms.inventory_sync_batch in share row exclusive mode;
