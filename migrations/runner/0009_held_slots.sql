-- Slots of a bounded pool that are kept for work which goes on although its task is over: cancelled, cleared or timed out, and
-- deaf to its signal. Kept until the work has ended, its worker is gone, or held_until.
create table stockflow.held_slot (
  task_instance_id  bigint not null references stockflow.task_instance on delete cascade,
  -- The fence under which the work began.
  attempt_token     bigint not null,
  pool              text not null,
  pool_slots        integer not null,
  worker_id         bigint not null references stockflow.worker,
  held_until        timestamptz not null,
  primary key (task_instance_id, attempt_token)
);
create index held_slot_by_pool on stockflow.held_slot (pool);
