-- A delivery waits, was sent or was given up. Quiet hours let it wait; nothing was ever suppressed.
-- compatible_from: 0021
alter table stockflow.alert_delivery
  drop constraint delivery_state_is_known,
  add constraint delivery_state_is_known check (state in ('pending', 'sent', 'failed'));

-- The messages that monitors and other receivers did not take are looked for with every status.
create index heartbeat_ping_unsent on stockflow.heartbeat_ping (at) where error_text is not null;
create index feed_run_failing on stockflow.feed_run (feed) where failing_since is not null;
