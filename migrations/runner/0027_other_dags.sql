-- A task may wait for other DAGs: it is deferred without a slot, and what it waits for is kept with it, so that the
-- transaction in which the other DAG succeeds finds those that wait.
-- compatible_from: 0021
alter table stockflow.task_instance
  add column awaits jsonb,
  add constraint awaits_is_a_list check (jsonb_typeof(awaits) = 'array'),
  drop constraint wake_reason_is_known,
  add constraint wake_reason_is_known check (wake_reason in ('time_edge', 'sensor', 'retry', 'dag_edge')) not valid;
create index task_instance_awaiting on stockflow.task_instance (run_id) where wake_reason = 'dag_edge';
comment on column audit.task.wake_reason is
  'time_edge, sensor (it deferred itself), retry, or dag_edge (it waits for another DAG; wake_at is when it is checked again at the latest)';

-- The DAG that this one runs after, by its version in force.
alter table stockflow.dag add column runs_after text;
create index dag_runs_after on stockflow.dag (runs_after) where runs_after is not null;
