-- What people are told. The row is written in the transaction of the change that it tells of, and its deliveries with it:
-- a rolled-back change is told to nobody, a committed one is never forgotten.
create table stockflow.alert (
  alert_id       bigint primary key generated always as identity,
  dag_id         text not null references stockflow.dag,
  -- Null for a due instant whose run was never made.
  run_id         bigint references stockflow.dag_run on delete cascade,
  scheduled_for  timestamptz not null,
  kind           text not null,
  -- A run has one alert of a kind, and one more each time that it was cleared: the key names run, kind and round.
  dedup_key      text not null unique,
  -- What all alerts of one trouble share, so that a channel keeps them on one thread and can close them together.
  incident       text not null,
  at             timestamptz not null default clock_timestamp(),
  sentence       text not null,
  facts          jsonb not null,
  -- Equal for alerts with one root cause, such as a database that is down: they are told in one message. Null: alone.
  cause          text,
  -- When a success made it history. Null while the trouble lasts, and always for kinds that nothing closes.
  closed_at      timestamptz,
  constraint alert_kind_is_known check (kind in ('failed', 'deadline_missed', 'not_started', 'slow', 'recovered', 'warning')),
  constraint facts_are_an_object check (jsonb_typeof(facts) = 'object'),
  constraint only_trouble_is_closed check (closed_at is null or kind in ('failed', 'deadline_missed', 'not_started', 'slow'))
);
create index alert_open on stockflow.alert (dag_id, incident)
  where closed_at is null and kind in ('failed', 'deadline_missed', 'not_started', 'slow');
create index alert_by_run on stockflow.alert (run_id) where run_id is not null;
create index alert_by_dag on stockflow.alert (dag_id, alert_id);
-- Was it told already that nothing started for this instant?
create index alert_by_instant on stockflow.alert (dag_id, scheduled_for, kind);

-- One channel's copy of an alert.
create table stockflow.alert_delivery (
  alert_id         bigint not null references stockflow.alert on delete cascade,
  channel          text not null,
  state            text not null default 'pending',
  attempt_count    integer not null default 0,
  -- Before this instant it is not sent: a few seconds for alerts of one cause to gather, then the waits between tries.
  next_attempt_at  timestamptz,
  sent_at          timestamptz,
  error_text       text,
  -- The channel's own name of the conversation, which a later alert of the incident continues.
  thread           text,
  primary key (alert_id, channel),
  constraint delivery_state_is_known check (state in ('pending', 'sent', 'failed', 'suppressed')),
  constraint sent_at_iff_sent check ((sent_at is not null) = (state = 'sent')),
  constraint next_attempt_at_iff_pending check ((next_attempt_at is not null) = (state = 'pending'))
);
create index alert_delivery_pending on stockflow.alert_delivery (channel, next_attempt_at) where state = 'pending';

-- How often an ended run was queued again: what it tells from then on is told anew.
alter table stockflow.dag_run add column reopen_count integer not null default 0;

-- The connection or host whose failure an error tells of, so that many errors of one outage are known as one.
alter table stockflow.task_instance add column error_origin text;

create view audit.alert as
select a.alert_id, a.at, a.dag_id, a.run_id, a.scheduled_for, a.kind, a.incident, a.sentence, a.cause, a.facts, a.closed_at,
       d.channel, d.state as delivery_state, d.attempt_count as tries, d.sent_at, d.error_text
  from stockflow.alert a
  join stockflow.alert_delivery d using (alert_id);
comment on view audit.alert is 'One row for each alert and channel that is told of it.';
comment on column audit.alert.alert_id is 'the alert; the same for each of its channels';
comment on column audit.alert.at is 'when it was written, with the change that it tells of';
comment on column audit.alert.dag_id is 'the DAG';
comment on column audit.alert.run_id is 'the run; null for a due instant whose run was never made';
comment on column audit.alert.scheduled_for is 'the instant for which the run works, or was due';
comment on column audit.alert.kind is 'failed, deadline_missed, not_started, slow, recovered or warning';
comment on column audit.alert.incident is 'what all alerts of one trouble share';
comment on column audit.alert.sentence is 'what happened';
comment on column audit.alert.cause is 'what alerts with one root cause share; null for one of its own';
comment on column audit.alert.facts is 'task, figure and bound, error, proposed action, and how far the run came';
comment on column audit.alert.closed_at is 'when a success ended the trouble; null while it lasts, and for recovered and warning';
comment on column audit.alert.channel is 'the connection that was told';
comment on column audit.alert.delivery_state is 'pending, sent, failed (given up) or suppressed (quiet hours, or told shortly before)';
comment on column audit.alert.tries is 'how often sending was tried';
comment on column audit.alert.sent_at is 'when the channel accepted it';
comment on column audit.alert.error_text is 'why the last try failed';
