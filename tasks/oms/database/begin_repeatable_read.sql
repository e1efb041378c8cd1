begin isolation level repeatable read;
set local statement_timeout = '30min';
-- If this process is stopped, the server ends its session and rolls back, so that the next process need not wait.
set local idle_in_transaction_session_timeout = '5min';
-- Enough memory to join and sort a million keys without temporary files.
set local work_mem = '128MB';
