-- The runner's own tables. They are the only truth about what ran: a job of the queue is a hint to look here.
create schema if not exists stockflow;
comment on schema stockflow is 'Stockflow: DAGs, runs, task instances, attempts and their history';

-- A DAG as its file last was. A file that does not validate leaves current_version_id as it is and says why in problems.
create table stockflow.dag (
  dag_id              text primary key,
  file                text not null,
  current_version_id  bigint,
  is_paused           boolean not null default false,
  -- Every instant of the schedule at or before this one is settled: run, or dropped by the catchup policy.
  schedule_cursor     timestamptz not null default now(),
  next_scheduled_for  timestamptz,
  problems            jsonb,
  invalid_since       timestamptz,
  retired_at          timestamptz,
  created_at          timestamptz not null default now(),
  constraint invalid_since_iff_problems check ((problems is null) = (invalid_since is null))
);

create table stockflow.dag_version (
  dag_version_id  bigint generated always as identity primary key,
  dag_id          text not null references stockflow.dag,
  sha256          text not null,
  source          text not null,
  file            text not null,
  created_at      timestamptz not null default now(),
  constraint one_version_per_text unique (dag_id, sha256),
  constraint sha256_is_64_hex_digits check (sha256 ~ '^[0-9a-f]{64}$')
);

alter table stockflow.dag
  add constraint current_version_is_a_version foreign key (current_version_id) references stockflow.dag_version;

-- The instants at which a run was due, kept so that a night that did not run can be named.
create table stockflow.due_instant (
  dag_id         text not null references stockflow.dag,
  scheduled_for  timestamptz not null,
  business_date  date not null,
  decision       text not null,
  decided_at     timestamptz not null default now(),
  primary key (dag_id, scheduled_for),
  constraint decision_is_known check (decision in ('run', 'missed'))
);

create table stockflow.dag_run (
  run_id               bigint generated always as identity primary key,
  dag_id               text not null references stockflow.dag,
  dag_version_id       bigint not null references stockflow.dag_version,
  run_type             text not null,
  state                text not null default 'queued',
  scheduled_for        timestamptz not null,
  business_date        date not null,
  params               jsonb not null default '{}',
  time_edges           text not null default 'keep',
  actor                text not null,
  reason               text,
  created_at           timestamptz not null default now(),
  started_at           timestamptz,
  timeout_at           timestamptz,
  finished_at          timestamptz,
  constraint run_type_is_known check (run_type in ('scheduled', 'catchup', 'manual', 'backfill')),
  constraint run_state_is_known check (state in ('queued', 'running', 'success', 'failed', 'cancelled')),
  constraint time_edges_is_known check (time_edges in ('keep', 'collapse')),
  constraint running_has_started_at check (state not in ('running', 'success', 'failed') or started_at is not null),
  constraint run_finished_at_iff_finished
    check ((finished_at is not null) = (state in ('success', 'failed', 'cancelled')))
);
-- At most one run for an instant of the schedule, whoever plans it. A manual run has its own identity.
create unique index one_run_per_scheduled_instant
  on stockflow.dag_run (dag_id, scheduled_for) where run_type <> 'manual';
create index dag_run_unfinished on stockflow.dag_run (dag_id, scheduled_for) where state in ('queued', 'running');
create index dag_run_by_date on stockflow.dag_run (dag_id, business_date);

-- Slots shared by all workers. The pool "default" has no bound but the workers' own concurrency, and no row.
create table stockflow.pool (
  name        text primary key,
  slots       integer not null,
  created_at  timestamptz not null default now(),
  constraint slots_are_not_negative check (slots >= 0),
  constraint default_pool_is_unbounded check (name <> 'default')
);

create table stockflow.task_instance (
  task_instance_id  bigint generated always as identity primary key,
  run_id            bigint not null references stockflow.dag_run,
  task_id           text not null,
  map_index         integer not null default -1,
  -- The element of the mapped list that this instance is for.
  map_item          jsonb,
  state             text not null default 'none',
  -- The fence. Whoever changes the instance names the token it saw; each new attempt or look has a greater one.
  attempt_token     bigint not null default 0,
  attempt_number    integer not null default 0,
  failure_count     integer not null default 0,
  crash_count       integer not null default 0,
  -- The instant before which the time edges hold the task back, known or foreseen.
  planned_at        timestamptz,
  deadline_at       timestamptz,
  deadline_missed_at timestamptz,
  wake_at           timestamptz,
  wake_reason       text,
  queued_at         timestamptz,
  started_at        timestamptz,
  finished_at       timestamptz,
  timeout_at        timestamptz,
  worker_id         bigint,
  execution_timeout interval not null default '1 hour',
  pool              text not null default 'default',
  pool_slots        integer not null default 1,
  priority          integer not null default 0,
  output            jsonb,
  error_class       text,
  error_text        text,
  constraint one_instance_per_task_and_index unique (run_id, task_id, map_index),
  constraint task_state_is_known check (state in
    ('none', 'deferred', 'queued', 'running', 'up_for_retry',
     'success', 'failed', 'upstream_failed', 'skipped', 'cancelled')),
  constraint wake_at_iff_waiting check ((wake_at is not null) = (state in ('deferred', 'up_for_retry'))),
  constraint wake_reason_iff_waiting check ((wake_reason is not null) = (wake_at is not null)),
  constraint wake_reason_is_known check (wake_reason in ('time_edge', 'sensor', 'retry')),
  constraint worker_iff_running check ((worker_id is not null) = (state = 'running')),
  constraint task_finished_at_iff_finished check ((finished_at is not null) =
    (state in ('success', 'failed', 'upstream_failed', 'skipped', 'cancelled'))),
  constraint output_only_of_success check (output is null or state = 'success'),
  constraint pool_slots_are_positive check (pool_slots >= 1)
) with (fillfactor = 80);
create index task_instance_unfinished on stockflow.task_instance (run_id)
  where state in ('none', 'deferred', 'queued', 'running', 'up_for_retry');
create index task_instance_queued on stockflow.task_instance (queued_at) where state = 'queued';
create index task_instance_running on stockflow.task_instance (worker_id) where state = 'running';
create index task_instance_pooled on stockflow.task_instance (pool, state)
  where pool <> 'default' and state in ('queued', 'running');
create index task_instance_waking on stockflow.task_instance (wake_at) where state in ('deferred', 'up_for_retry');
create index task_instance_deadline on stockflow.task_instance (deadline_at)
  where deadline_at is not null and deadline_missed_at is null
    and state in ('none', 'deferred', 'queued', 'running', 'up_for_retry');

create table stockflow.task_attempt (
  task_attempt_id   bigint generated always as identity primary key,
  task_instance_id  bigint not null references stockflow.task_instance on delete cascade,
  attempt_number    integer not null,
  attempt_token     bigint not null,
  state             text not null default 'running',
  -- How often it was claimed: 1, and one more for each time it deferred itself and looked again.
  look_count        integer not null default 1,
  worker_id         bigint not null,
  started_at        timestamptz not null default now(),
  finished_at       timestamptz,
  error_class       text,
  error_text        text,
  output            jsonb,
  rows_in           bigint,
  rows_out          bigint,
  bytes_in          bigint,
  bytes_out         bigint,
  progress          jsonb,
  constraint one_attempt_per_number unique (task_instance_id, attempt_number),
  constraint attempt_state_is_known check (state in
    ('running', 'deferred', 'success', 'failed', 'skipped', 'cancelled', 'crashed', 'handed_over')),
  constraint attempt_finished_at_iff_finished check ((finished_at is null) = (state in ('running', 'deferred')))
) with (fillfactor = 80);

create table stockflow.task_log (
  task_log_id       bigint generated always as identity primary key,
  task_instance_id  bigint not null references stockflow.task_instance on delete cascade,
  attempt_number    integer not null,
  at                timestamptz not null,
  level             text not null,
  message           text not null,
  facts             jsonb,
  constraint level_is_known check (level in ('debug', 'info', 'warn', 'error'))
);
create index task_log_by_attempt on stockflow.task_log (task_instance_id, attempt_number, task_log_id);

-- Files that a run keeps for its own tasks, whole and checksummed. Half-written ones cannot exist: row and chunks are one transaction.
create table stockflow.artifact (
  artifact_id       bigint generated always as identity primary key,
  run_id            bigint not null references stockflow.dag_run,
  name              text not null,
  task_instance_id  bigint not null references stockflow.task_instance,
  attempt_number    integer not null,
  size_bytes        bigint not null,
  sha256            text not null,
  row_count         bigint,
  created_at        timestamptz not null default now(),
  constraint one_artifact_per_name unique (run_id, name)
);

create table stockflow.artifact_chunk (
  artifact_id  bigint not null references stockflow.artifact on delete cascade,
  seq          integer not null,
  data         bytea not null,
  primary key (artifact_id, seq)
);
alter table stockflow.artifact_chunk alter column data set storage external;

-- Each file that an attempt read or published, with its checksum.
create table stockflow.file (
  file_id           bigint generated always as identity primary key,
  at                timestamptz not null default now(),
  task_instance_id  bigint not null references stockflow.task_instance on delete cascade,
  attempt_number    integer not null,
  direction         text not null,
  connection        text,
  path              text not null,
  size_bytes        bigint not null,
  sha256            text not null,
  row_count         bigint,
  constraint direction_is_known check (direction in ('read', 'published'))
);
create index file_by_sha256 on stockflow.file (sha256);
create index file_by_instance on stockflow.file (task_instance_id);

create table stockflow.worker (
  worker_id         bigint generated always as identity primary key,
  host              text not null,
  pid               integer not null,
  code_version      text not null,
  concurrency       integer not null,
  started_at        timestamptz not null default now(),
  heartbeat_at      timestamptz not null default now(),
  lease_expires_at  timestamptz not null,
  stopped_at        timestamptz,
  lost_at           timestamptz
);
create index worker_alive on stockflow.worker (lease_expires_at) where stopped_at is null and lost_at is null;

-- Who did what, and why. Rows are only ever added.
create table stockflow.event (
  event_id   bigint generated always as identity primary key,
  at         timestamptz not null default clock_timestamp(),
  actor      text not null,
  channel    text not null,
  action     text not null,
  dag_id     text,
  run_id     bigint,
  task_id    text,
  map_index  integer,
  reason     text,
  before     jsonb,
  after      jsonb,
  constraint channel_is_known check (channel in ('scheduler', 'worker', 'cli', 'files'))
);
create index event_by_run on stockflow.event (run_id, event_id) where run_id is not null;
create index event_by_dag on stockflow.event (dag_id, event_id);

create function stockflow.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '%.% is append-only: % refused', tg_table_schema, tg_table_name, lower(tg_op)
    using errcode = 'insufficient_privilege';
end $$;
create trigger event_is_append_only before update or delete on stockflow.event
  for each row execute function stockflow.refuse_change();
create trigger event_is_never_truncated before truncate on stockflow.event
  for each statement execute function stockflow.refuse_change();
