begin isolation level read committed;
set local statement_timeout = '30min';
-- A stopped process must not hold up the next one: the server ends its session, which rolls back.
set local idle_in_transaction_session_timeout = '5min';
-- A million keys are joined and sorted in memory and not by way of the disk.
set local work_mem = '128MB';
