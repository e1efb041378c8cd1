-- Deliveries that are told in one message, from its first try on: a repeated try has the same key and the same alerts, so
-- that a receiver which has it already can tell.
alter table stockflow.alert_delivery
  add column message_key      text,
  add column first_attempt_at timestamptz,
  -- When an alert that stays open is told again on a channel that asks for it.
  add column repeat_at        timestamptz,
  add column repeat_count     integer not null default 0,
  add constraint repeated_only_once_sent check (repeat_at is null or state = 'sent'),
  add constraint tried_with_a_message check ((message_key is null) = (first_attempt_at is null));
create index alert_delivery_repeat on stockflow.alert_delivery (channel, repeat_at) where repeat_at is not null;
create index alert_delivery_message on stockflow.alert_delivery (channel, message_key) where message_key is not null;
-- What was told of a trouble, and what is not sent, which is looked for with every status.
create index alert_by_incident on stockflow.alert (incident);
create index alert_delivery_unsent on stockflow.alert_delivery (channel) where state in ('pending', 'failed') and error_text is not null;
comment on column audit.alert.delivery_state is 'pending, sent or failed (given up)';
