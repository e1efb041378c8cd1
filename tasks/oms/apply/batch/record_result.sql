-- $1 batch id    $2 the result
update oms.inventory_sync_batch set result = $2 where batch_id = $1;
