-- The campaign's own record: every transition of a task instance, whoever makes it, and the effects of its tasks.
create schema chaos;

create table chaos.transition (
  transition_id     bigint generated always as identity primary key,
  at                timestamptz not null default clock_timestamp(),
  run_id            bigint not null,
  task_instance_id  bigint not null,
  before_state      text not null,
  after_state       text not null,
  before_token      bigint not null,
  after_token       bigint not null,
  -- The worker that held the instance before, or holds it after.
  worker_id         bigint,
  by_operator       boolean not null
);
create index on chaos.transition (run_id);
create index on chaos.transition (worker_id) where after_state = 'running';

create function chaos.record_transition() returns trigger language plpgsql as $$
begin
  insert into chaos.transition
    (run_id, task_instance_id, before_state, after_state, before_token, after_token, worker_id, by_operator)
  values (new.run_id, new.task_instance_id, old.state, new.state, old.attempt_token, new.attempt_token,
          coalesce(new.worker_id, old.worker_id), stockflow.by_operator());
  return null;
end $$;
create trigger chaos_records after update of state, attempt_token on stockflow.task_instance
  for each row when (old.state <> new.state or old.attempt_token <> new.attempt_token)
  execute function chaos.record_transition();

create table chaos.effect (
  effect_id  bigint generated always as identity primary key,
  at         timestamptz not null default clock_timestamp(),
  run_id     bigint not null,
  task_id    text not null,
  map_index  integer not null,
  token      text not null,
  phase      text not null,
  pid        integer not null,
  unique (token, phase)
);
create index on chaos.effect (run_id);

-- Every end of a run, of which people are told.
create table chaos.run_end (
  run_end_id  bigint generated always as identity primary key,
  run_id      bigint not null,
  state       text not null
);
create index on chaos.run_end (run_id);

create function chaos.record_run_end() returns trigger language plpgsql as $$
begin
  insert into chaos.run_end (run_id, state) values (new.run_id, new.state);
  return null;
end $$;
create trigger chaos_records_end after update of state on stockflow.dag_run
  for each row when (old.state <> new.state and new.state in ('success', 'failed', 'cancelled'))
  execute function chaos.record_run_end();
