-- $1 batch id
insert into oms.inventory_sync_reject (batch_id, line, reason, raw)
select $1, line, problem, raw from sync_reject;
