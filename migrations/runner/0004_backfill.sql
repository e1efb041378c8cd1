-- A range of dates that a person asked to be worked. Workers work it, so that it outlives the command that made it.
create table stockflow.backfill (
  backfill_id      bigint generated always as identity primary key,
  dag_id           text not null references stockflow.dag,
  -- Every run that it makes is of this version, so that an edit in the middle does not divide it.
  dag_version_id   bigint not null references stockflow.dag_version,
  from_date        date not null,
  to_date          date not null,
  reprocess        text not null,
  run_order        text not null,
  max_active_runs  integer not null,
  time_edges       text not null,
  -- What the person gave; runs that are made take the defaults for the rest, runs that are worked again keep their own.
  params           jsonb not null default '{}',
  actor            text not null,
  reason           text,
  state            text not null default 'running',
  created_at       timestamptz not null default now(),
  finished_at      timestamptz,
  constraint from_is_not_after_to check (from_date <= to_date),
  constraint reprocess_is_known check (reprocess in ('none', 'failed', 'completed')),
  constraint run_order_is_known check (run_order in ('oldest_first', 'newest_first')),
  constraint backfill_time_edges_is_known check (time_edges in ('keep', 'collapse')),
  constraint max_active_runs_is_positive check (max_active_runs >= 1),
  constraint backfill_state_is_known check (state in ('running', 'success', 'failed', 'cancelled')),
  constraint backfill_finished_at_iff_finished check ((finished_at is null) = (state = 'running'))
);
create unique index one_running_backfill_per_dag on stockflow.backfill (dag_id) where state = 'running';

-- One row per instant of the range, and one for a date that has none.
create table stockflow.backfill_date (
  backfill_id    bigint not null references stockflow.backfill,
  -- The order of work, from 1.
  position       integer not null,
  business_date  date not null,
  scheduled_for  timestamptz,
  decision       text not null,
  reason         text,
  detail         text,
  stage          text not null,
  -- Its run goes on where it failed instead of from its first task.
  is_retry       boolean not null default false,
  run_id         bigint references stockflow.dag_run on delete set null,
  begun_at       timestamptz,
  primary key (backfill_id, position),
  constraint backfill_decision_is_known check (decision in ('create', 'rerun', 'skip', 'refused')),
  constraint stage_is_known check (stage in ('none', 'waiting', 'begun')),
  constraint only_worked_dates_have_a_stage check (stage = 'none' or decision in ('create', 'rerun')),
  constraint worked_dates_have_an_instant check (stage = 'none' or scheduled_for is not null),
  constraint begun_at_if_begun check (stage <> 'begun' or begun_at is not null)
);
create index backfill_date_waiting on stockflow.backfill_date (backfill_id, position) where stage = 'waiting';
create index backfill_date_by_run on stockflow.backfill_date (run_id) where run_id is not null;
