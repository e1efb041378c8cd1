-- Stable views for SQL by people: names and columns here do not change when the tables behind them do.
create schema if not exists audit;
comment on schema audit is 'Stockflow: documented, stable, read-only views for audit';

create view audit.run as
select r.run_id, r.dag_id, r.run_type, r.state, r.business_date, r.scheduled_for, r.created_at, r.started_at, r.finished_at,
       r.finished_at - r.started_at as duration,
       r.started_at - greatest(r.scheduled_for, r.created_at) as start_delay,
       r.time_edges, r.params, r.actor, r.reason, v.sha256 as dag_sha256
  from stockflow.dag_run r join stockflow.dag_version v using (dag_version_id);

create view audit.task as
select t.task_instance_id, t.run_id, r.dag_id, r.business_date, t.task_id, nullif(t.map_index, -1) as map_index, t.state,
       t.planned_at, t.deadline_at, t.deadline_missed_at, t.queued_at, t.started_at, t.finished_at,
       t.finished_at - t.started_at as duration,
       t.attempt_number as attempts, t.failure_count as failures, t.crash_count as crashes,
       t.wake_at, t.wake_reason, t.output, t.error_class, t.error_text
  from stockflow.task_instance t join stockflow.dag_run r using (run_id);

create view audit.attempt as
select a.task_attempt_id, t.run_id, r.dag_id, r.business_date, t.task_id, nullif(t.map_index, -1) as map_index,
       a.attempt_number, a.state, t.planned_at, a.started_at, a.finished_at, a.finished_at - a.started_at as duration,
       a.look_count as looks, a.worker_id, w.host as worker_host, w.pid as worker_pid, w.code_version,
       a.rows_in, a.rows_out, a.bytes_in, a.bytes_out, a.output, a.error_class, a.error_text
  from stockflow.task_attempt a
  join stockflow.task_instance t using (task_instance_id)
  join stockflow.dag_run r using (run_id)
  left join stockflow.worker w on w.worker_id = a.worker_id;

create view audit.event as
select event_id, at, actor, channel, action, dag_id, run_id, task_id, nullif(map_index, -1) as map_index, reason, before, after
  from stockflow.event;

create view audit.file as
select f.file_id, f.at, t.run_id, r.dag_id, r.business_date, t.task_id, f.attempt_number, f.direction, f.connection, f.path,
       f.size_bytes, f.sha256, f.row_count as rows
  from stockflow.file f
  join stockflow.task_instance t using (task_instance_id)
  join stockflow.dag_run r using (run_id);

-- Dates on which a run was due and none has succeeded.
create view audit.missing_date as
select d.dag_id, d.business_date, d.scheduled_for, d.decision,
       (select r.state from stockflow.dag_run r
         where r.dag_id = d.dag_id and r.business_date = d.business_date order by r.run_id desc limit 1) as last_run_state
  from stockflow.due_instant d
 where not exists (select from stockflow.dag_run r
                    where r.dag_id = d.dag_id and r.state = 'success'
                      and (r.scheduled_for = d.scheduled_for or (r.run_type = 'manual' and r.business_date = d.business_date)));

-- The role of auditors: it may read these views and nothing else. Roles belong to the whole server, so it may exist already.
do $$
begin
  if not exists (select from pg_roles where rolname = 'stockflow_auditor') then
    create role stockflow_auditor nologin;
  end if;
exception
  when duplicate_object or unique_violation then null;
  when insufficient_privilege then
    raise warning 'role stockflow_auditor was not created: % may not create roles', current_user;
end $$;
do $$
begin
  if exists (select from pg_roles where rolname = 'stockflow_auditor') then
    grant usage on schema audit to stockflow_auditor;
    grant select on all tables in schema audit to stockflow_auditor;
  end if;
end $$;
