-- What has ended, counted once and kept when retention removes its rows: the counters of /metrics only grow, and reading
-- them costs the same after a thousand nights as after one.
create table stockflow.ended_total (
  kind              text not null,
  -- The DAG of a run, an attempt or a ping, the channel of an alert.
  subject           text not null,
  state             text not null,
  -- The smallest bound of the durations' buckets that is not below the duration; -infinity where there is no duration.
  up_to_seconds     double precision not null,
  ended_count       bigint not null,
  duration_seconds  double precision not null,
  rows_in           bigint not null,
  rows_out          bigint not null,
  bytes_in          bigint not null,
  bytes_out         bigint not null,
  primary key (kind, subject, state, up_to_seconds),
  constraint ended_kind_is_known check (kind in ('run', 'attempt', 'alert', 'ping'))
);

-- Rows with an id up to this one are in the totals, or listed below.
create table stockflow.ended_cursor (
  kind        text primary key,
  counted_to  bigint not null,
  constraint cursor_kind_is_known check (kind in ('run', 'attempt', 'alert', 'ping'))
);

-- Rows behind the cursor that had not ended when it passed them.
create table stockflow.ended_later (
  kind  text not null,
  id    bigint not null,
  primary key (kind, id),
  constraint later_kind_is_known check (kind in ('run', 'attempt', 'alert', 'ping'))
);

-- Counting begins here.
insert into stockflow.ended_cursor (kind, counted_to)
select 'run', coalesce(max(run_id), 0) from stockflow.dag_run
union all select 'attempt', coalesce(max(task_attempt_id), 0) from stockflow.task_attempt
union all select 'alert', coalesce(max(alert_id), 0) from stockflow.alert
union all select 'ping', 0;
insert into stockflow.ended_later (kind, id)
select 'run', run_id from stockflow.dag_run where state in ('queued', 'running')
union all select 'attempt', task_attempt_id from stockflow.task_attempt where state in ('running', 'deferred')
union all select distinct 'alert', alert_id from stockflow.alert_delivery where state = 'pending';

-- What a DAG's heartbeat tells a monitor outside. The row is written in the transaction of the change that it tells of.
create table stockflow.heartbeat_ping (
  ping_id          bigint primary key generated always as identity,
  dag_id           text not null references stockflow.dag,
  -- Null for a note on the DAG itself.
  run_id           bigint references stockflow.dag_run on delete cascade,
  connection       text not null,
  kind             text not null,
  body             text not null,
  at               timestamptz not null default clock_timestamp(),
  state            text not null default 'pending',
  attempt_count    integer not null default 0,
  -- Before this instant it is not sent: while one worker sends it, and between tries.
  next_attempt_at  timestamptz default clock_timestamp(),
  ended_at         timestamptz,
  error_text       text,
  constraint ping_kind_is_known check (kind in ('start', 'success', 'fail', 'log')),
  constraint ping_state_is_known check (state in ('pending', 'sent', 'failed', 'dropped')),
  constraint ping_ended_at_iff_ended check ((ended_at is not null) = (state <> 'pending')),
  constraint ping_next_attempt_at_iff_pending check ((next_attempt_at is not null) = (state = 'pending')),
  constraint only_a_note_has_no_run check ((run_id is null) = (kind = 'log'))
);
create index heartbeat_ping_pending on stockflow.heartbeat_ping (dag_id, ping_id) where state = 'pending';
create index heartbeat_ping_by_run on stockflow.heartbeat_ping (run_id) where run_id is not null;
