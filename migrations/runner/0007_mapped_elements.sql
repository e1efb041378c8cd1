-- An instance of a mapped task keeps the element that it was made for, however the list changes when it is made again.
alter table stockflow.task_instance
  -- Where its element stands in the list now; null for a task that is not mapped.
  add column map_position integer,
  -- When the list was made without its element. It then counts for nothing: neither for the run nor for what depends on the task.
  add column removed_at timestamptz;

update stockflow.task_instance set map_position = map_index where map_index >= 0;

create or replace view audit.task as
select t.task_instance_id, t.run_id, r.dag_id, r.business_date, t.task_id, nullif(t.map_index, -1) as map_index, t.state,
       t.planned_at, t.deadline_at, t.deadline_missed_at, t.queued_at, t.started_at, t.finished_at,
       t.finished_at - t.started_at as duration,
       t.attempt_number as attempts, t.failure_count as failures, t.crash_count as crashes,
       t.wake_at, t.wake_reason, t.output, t.error_class, t.error_text, t.map_item, t.removed_at
  from stockflow.task_instance t join stockflow.dag_run r using (run_id);
comment on column audit.task.map_item is 'the element of the list that it was made for; null for one that is not mapped';
comment on column audit.task.removed_at is 'when the list was made again without its element; from then on it counts for nothing';
