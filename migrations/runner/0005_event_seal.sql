-- Events are hash-chained in batches, afterwards: recording one costs no hash and waits for nobody.

-- The transaction that recorded it. Ids are drawn in a transaction that has its number already (recordEvents sees to
-- that), so a number above a seal's own means an id above every id that the seal could see.
alter table stockflow.event add column transaction_id xid8 not null default pg_current_xact_id();

-- One batch of events that were committed and in no seal yet, whatever their order. An event that commits late, with an
-- id below others that are sealed, is simply in the next seal: each seal lists its events.
create table stockflow.event_seal (
  seal_id           bigint primary key,
  sealed_at         timestamptz not null,
  transaction_id    xid8 not null,
  event_ids         bigint[] not null,
  -- Of each event, in the order of event_ids.
  event_sha256      bytea[] not null,
  event_count       integer not null generated always as (cardinality(event_ids)) stored,
  first_event_id    bigint not null generated always as (event_ids[1]) stored,
  last_event_id     bigint not null generated always as (event_ids[cardinality(event_ids)]) stored,
  -- Of this seal and all before it.
  highest_event_id  bigint not null,
  -- Every event with an id up to this one is in this seal or an older one, and none can come any more.
  closed_event_id   bigint not null,
  previous_hash     text not null,
  hash              text not null,
  constraint seals_are_numbered_from_1 check (seal_id >= 1),
  constraint no_seal_is_empty check (cardinality(event_ids) >= 1),
  constraint each_event_has_its_sha256 check (cardinality(event_sha256) = cardinality(event_ids)),
  constraint one_chain_without_forks unique (previous_hash),
  constraint one_seal_per_hash unique (hash),
  constraint hashes_are_64_hex_digits check (previous_hash ~ '^[0-9a-f]{64}$' and hash ~ '^[0-9a-f]{64}$')
);
create index event_seal_by_highest_event on stockflow.event_seal (highest_event_id);
-- Hashes do not compress.
alter table stockflow.event_seal alter column event_sha256 set storage external;

create trigger event_seal_is_append_only before update or delete on stockflow.event_seal
  for each row execute function stockflow.refuse_change();
create trigger event_seal_is_never_truncated before truncate on stockflow.event_seal
  for each statement execute function stockflow.refuse_change();

-- The views of the audit gain columns at their ends, and two more views.
create or replace view audit.run as
select r.run_id, r.dag_id, r.run_type, r.state, r.business_date, r.scheduled_for, r.created_at, r.started_at, r.finished_at,
       r.finished_at - r.started_at as duration,
       r.started_at - greatest(r.scheduled_for, r.created_at) as start_delay,
       r.time_edges, r.params, r.actor, r.reason, v.sha256 as dag_sha256, r.dag_version_id, r.timeout_at
  from stockflow.dag_run r join stockflow.dag_version v using (dag_version_id);

create or replace view audit.attempt as
select a.task_attempt_id, t.run_id, r.dag_id, r.business_date, t.task_id, nullif(t.map_index, -1) as map_index,
       a.attempt_number, a.state, t.planned_at, a.started_at, a.finished_at, a.finished_at - a.started_at as duration,
       a.look_count as looks, a.worker_id, w.host as worker_host, w.pid as worker_pid, w.code_version,
       a.rows_in, a.rows_out, a.bytes_in, a.bytes_out, a.output, a.error_class, a.error_text,
       t.task_instance_id, t.task_instance_id || '-' || a.attempt_token as attempt_token
  from stockflow.task_attempt a
  join stockflow.task_instance t using (task_instance_id)
  join stockflow.dag_run r using (run_id)
  left join stockflow.worker w on w.worker_id = a.worker_id;

create or replace view audit.event as
select event_id, at, actor, channel, action, dag_id, run_id, task_id, nullif(map_index, -1) as map_index, reason, before, after,
       transaction_id
  from stockflow.event;

create or replace view audit.file as
select f.file_id, f.at, t.run_id, r.dag_id, r.business_date, t.task_id, f.attempt_number, f.direction, f.connection, f.path,
       f.size_bytes, f.sha256, f.row_count as rows, nullif(t.map_index, -1) as map_index, a.task_attempt_id
  from stockflow.file f
  join stockflow.task_instance t using (task_instance_id)
  join stockflow.dag_run r using (run_id)
  left join stockflow.task_attempt a
         on a.task_instance_id = f.task_instance_id and a.attempt_number = f.attempt_number;

create view audit.dag_version as
select v.dag_version_id, v.dag_id, v.sha256, v.file, v.source as text, v.created_at,
       d.current_version_id = v.dag_version_id and d.retired_at is null as is_in_force
  from stockflow.dag_version v join stockflow.dag d using (dag_id);

create view audit.event_seal as
select seal_id, sealed_at, event_count as events, first_event_id, last_event_id, highest_event_id, closed_event_id,
       transaction_id,       previous_hash, hash, event_ids, event_sha256
  from stockflow.event_seal;

-- In the words of docs/audit.md, where a test compares them.
comment on view audit.run is
  'One row for each run.';
comment on column audit.run.run_id is 'its number';
comment on column audit.run.dag_id is 'of which DAG';
comment on column audit.run.run_type is 'scheduled, catchup, manual or backfill';
comment on column audit.run.state is 'of the run: states';
comment on column audit.run.business_date is 'local date of scheduled_for in the DAG''s zone';
comment on column audit.run.scheduled_for is 'the instant at which it was due';
comment on column audit.run.created_at is 'when it was planned or triggered';
comment on column audit.run.started_at is 'when its first task might start; null before';
comment on column audit.run.finished_at is 'when its last task had ended; null before';
comment on column audit.run.duration is 'from start to finish';
comment on column audit.run.start_delay is 'from due (or triggered, where that was later) to start: waiting for the run before, or for a worker';
comment on column audit.run.time_edges is 'keep, or collapse where it does not wait for times and delays';
comment on column audit.run.params is 'as given at trigger, or the defaults';
comment on column audit.run.actor is 'scheduler, or the login name of a person';
comment on column audit.run.reason is 'what that person wrote';
comment on column audit.run.dag_sha256 is 'of the text of the DAG file that it ran by';
comment on column audit.run.dag_version_id is 'of that text, in audit.dag_version';
comment on column audit.run.timeout_at is 'when dagrun_timeout ends it; null where it has none, or has not begun';

comment on view audit.task is
  'One row for each task of each run, and for each element of a mapped one.';
comment on column audit.task.task_instance_id is 'its number';
comment on column audit.task.run_id is 'of its run';
comment on column audit.task.dag_id is 'of its run';
comment on column audit.task.business_date is 'of its run';
comment on column audit.task.task_id is 'its name in the DAG';
comment on column audit.task.map_index is 'from 0; null for a task that is not mapped';
comment on column audit.task.state is 'of the task: states';
comment on column audit.task.planned_at is 'before which not_before and delays hold it back; null where nothing does';
comment on column audit.task.deadline_at is 'by when it must have ended; null where it has none';
comment on column audit.task.deadline_missed_at is 'when it was told that the deadline had passed';
comment on column audit.task.queued_at is 'when it might start';
comment on column audit.task.started_at is 'of its first attempt';
comment on column audit.task.finished_at is 'when it ended; null before';
comment on column audit.task.duration is 'from the first start to the end, waits between attempts included';
comment on column audit.task.attempts is 'how many began';
comment on column audit.task.failures is 'how many of them failed';
comment on column audit.task.crashes is 'how many lost their worker';
comment on column audit.task.wake_at is 'until when it waits, if it does';
comment on column audit.task.wake_reason is 'time_edge, sensor (it deferred itself) or retry';
comment on column audit.task.output is 'what it returned, as JSON';
comment on column audit.task.error_class is 'of the last attempt: the kind of error';
comment on column audit.task.error_text is 'of the last attempt; of one that deferred itself, what it saw';

comment on view audit.attempt is
  'One row for each time that a task was started.';
comment on column audit.attempt.task_attempt_id is 'its number';
comment on column audit.attempt.run_id is 'of its run';
comment on column audit.attempt.dag_id is 'of its run';
comment on column audit.attempt.business_date is 'of its run';
comment on column audit.attempt.task_id is 'of its task';
comment on column audit.attempt.map_index is 'of its task; null for one that is not mapped';
comment on column audit.attempt.attempt_number is '1 for the first';
comment on column audit.attempt.state is 'of an attempt';
comment on column audit.attempt.planned_at is 'of its task: before which not_before and delays hold it back';
comment on column audit.attempt.started_at is 'when a worker took it';
comment on column audit.attempt.finished_at is 'when it ended, or was given up; null before';
comment on column audit.attempt.duration is 'from start to finish';
comment on column audit.attempt.looks is '1, and one more for each time that it deferred itself and looked again';
comment on column audit.attempt.worker_id is 'of the worker that took it last';
comment on column audit.attempt.worker_host is 'of that worker';
comment on column audit.attempt.worker_pid is 'of that worker''s process';
comment on column audit.attempt.code_version is 'of Stockflow on that worker';
comment on column audit.attempt.rows_in is 'read, as the task counted them; null where it counted none';
comment on column audit.attempt.rows_out is 'written, as the task counted them; null where it counted none';
comment on column audit.attempt.bytes_in is 'read, as the task counted them; null where it counted none';
comment on column audit.attempt.bytes_out is 'written, as the task counted them; null where it counted none';
comment on column audit.attempt.output is 'what it returned, as JSON';
comment on column audit.attempt.error_class is 'the kind of error';
comment on column audit.attempt.error_text is 'what went wrong; of one that deferred itself, what it saw';
comment on column audit.attempt.task_instance_id is 'of its task';
comment on column audit.attempt.attempt_token is 'the name under which it acted elsewhere: its task instance and fence';

comment on view audit.event is
  'The history: who did what, when and why. Rows are only ever added.';
comment on column audit.event.event_id is 'its number';
comment on column audit.event.at is 'when it was recorded, by the database''s clock';
comment on column audit.event.actor is 'a login name, scheduler, or worker 12@host';
comment on column audit.event.channel is 'cli, scheduler, worker, or files (a DAG file changed)';
comment on column audit.event.action is 'what happened, as noun.verb: actions';
comment on column audit.event.dag_id is 'of which DAG; null where it is about none';
comment on column audit.event.run_id is 'of which run; null where it is about none';
comment on column audit.event.task_id is 'of which task; null where it is about none';
comment on column audit.event.map_index is 'of which element of a mapped task';
comment on column audit.event.reason is 'what the person wrote, or the error';
comment on column audit.event.before is 'JSON: the states, versions or slots before';
comment on column audit.event.after is 'JSON: those after';
comment on column audit.event.transaction_id is 'of the transaction that recorded it; events that happened together share it';

comment on view audit.file is
  'One row for each file that an attempt read or published, with its checksum.';
comment on column audit.file.file_id is 'its number';
comment on column audit.file.at is 'when it had been read or published';
comment on column audit.file.run_id is 'of the run that did so';
comment on column audit.file.dag_id is 'of that run';
comment on column audit.file.business_date is 'of that run';
comment on column audit.file.task_id is 'of the task that did so';
comment on column audit.file.attempt_number is 'of the attempt that did so';
comment on column audit.file.direction is 'read or published';
comment on column audit.file.connection is 'of an sftp:// location, else null';
comment on column audit.file.path is 'below the connection''s base directory; artifact:name and file:path whole';
comment on column audit.file.size_bytes is 'of the bytes as they lie there';
comment on column audit.file.sha256 is 'of the bytes as they lie there';
comment on column audit.file.rows is 'without the header; null where the content is no table, or was not counted';
comment on column audit.file.map_index is 'of the task; null for one that is not mapped';
comment on column audit.file.task_attempt_id is 'of the attempt that did so, in audit.attempt';

comment on view audit.missing_date is
  'Instants at which a run was due, for which none has succeeded, also no manual one of that date.';
comment on column audit.missing_date.dag_id is 'of which DAG';
comment on column audit.missing_date.business_date is 'local date of scheduled_for in the DAG''s zone';
comment on column audit.missing_date.scheduled_for is 'the instant at which the run was due';
comment on column audit.missing_date.decision is 'missed: no run was made; run: one was, and has not succeeded (yet)';
comment on column audit.missing_date.last_run_state is 'of the newest run of that date, null where there is none';

comment on view audit.dag_version is
  'Every text that was ever in force of every DAG file.';
comment on column audit.dag_version.dag_version_id is 'its number';
comment on column audit.dag_version.dag_id is 'of which DAG';
comment on column audit.dag_version.sha256 is 'of the text';
comment on column audit.dag_version.file is 'where it was read first';
comment on column audit.dag_version.text is 'the whole file';
comment on column audit.dag_version.created_at is 'when it was in force for the first time';
comment on column audit.dag_version.is_in_force is 'whether new runs go by it now';

comment on view audit.event_seal is
  'One row for each seal of the history.';
comment on column audit.event_seal.seal_id is 'its number: 1 for the first, and no gaps';
comment on column audit.event_seal.sealed_at is 'when it was made';
comment on column audit.event_seal.events is 'how many it covers';
comment on column audit.event_seal.first_event_id is 'the lowest id among them';
comment on column audit.event_seal.last_event_id is 'the highest id among them; ids between are not all in this seal';
comment on column audit.event_seal.highest_event_id is 'the highest id in this seal and all before it';
comment on column audit.event_seal.closed_event_id is 'every event up to it is in this seal or one before it, and none can come any more';
comment on column audit.event_seal.transaction_id is 'of the transaction that made it';
comment on column audit.event_seal.previous_hash is 'the hash of the seal before; 64 zeros for the first';
comment on column audit.event_seal.hash is 'sha256 of the other columns, previous_hash included';
comment on column audit.event_seal.event_ids is 'which events it covers';
comment on column audit.event_seal.event_sha256 is 'the sha256 of each of them, in the order of event_ids';
