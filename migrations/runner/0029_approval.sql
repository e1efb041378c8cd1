-- The questions that tasks ask people before they go on, with the answers. A task that asks is deferred; the answer wakes it.
-- compatible_from: 0021
create table stockflow.approval (
  approval_id       bigint generated always as identity primary key,
  run_id            bigint not null references stockflow.dag_run on delete cascade,
  task_instance_id  bigint not null references stockflow.task_instance on delete cascade,
  question          text not null,
  -- Empty: everyone who may operate.
  approvers         text[] not null,
  -- The people who asked for the run as it stands: they triggered it, cleared its tasks or changed its params.
  requesters        text[] not null,
  not_requester     boolean not null,
  asked_at          timestamptz not null default now(),
  expires_at        timestamptz not null,
  -- The task was cleared, or asks something else: no answer counts any more.
  withdrawn_at      timestamptz,
  decision          text,
  decided_by        text,
  decided_at        timestamptz,
  reason            text,
  constraint decision_is_known check (decision in ('approved', 'rejected')),
  constraint decided_by_a_person_at_an_instant check (
    (decision is null) = (decided_by is null) and (decision is null) = (decided_at is null) and (decision is not null or reason is null))
);
-- A question stands once: a task that is retried finds the answer that it has already.
create unique index approval_question on stockflow.approval (task_instance_id, md5(question)) where withdrawn_at is null;
create index approval_by_run on stockflow.approval (run_id);
create index approval_by_instance on stockflow.approval (task_instance_id);
create index approval_unanswered on stockflow.approval (expires_at) where decision is null and withdrawn_at is null;

create view audit.approval as
select a.approval_id, a.run_id, r.dag_id, r.business_date, t.task_id, nullif(t.map_index, -1) as map_index, a.question,
       a.requesters, a.not_requester, a.approvers, a.asked_at, a.expires_at, a.withdrawn_at,
       a.decision, a.decided_by, a.decided_at, a.reason
  from stockflow.approval a
  join stockflow.task_instance t using (task_instance_id)
  join stockflow.dag_run r on r.run_id = a.run_id;
comment on view audit.approval is 'One row for each question that a task asked before it went on.';
comment on column audit.approval.approval_id is 'its number';
comment on column audit.approval.run_id is 'the run';
comment on column audit.approval.dag_id is 'the DAG';
comment on column audit.approval.business_date is 'the date that the run works for';
comment on column audit.approval.task_id is 'the task that asked';
comment on column audit.approval.map_index is 'from 0; null for a task that is not mapped';
comment on column audit.approval.question is 'what was to happen if it was approved';
comment on column audit.approval.requesters is 'the people who had triggered the run, cleared its tasks or changed its params';
comment on column audit.approval.not_requester is 'whether none of the requesters could answer';
comment on column audit.approval.approvers is 'who could answer; empty for everyone who may operate';
comment on column audit.approval.asked_at is 'when it was first asked';
comment on column audit.approval.expires_at is 'from when no answer counted';
comment on column audit.approval.withdrawn_at is 'when the task was cleared or asked something else, so that no answer counted any more; null otherwise';
comment on column audit.approval.decision is 'approved or rejected; null while nobody has answered, and where nobody did';
comment on column audit.approval.decided_by is 'the person who answered';
comment on column audit.approval.decided_at is 'when they answered';
comment on column audit.approval.reason is 'the reason that they gave';
