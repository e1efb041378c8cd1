-- How many tasks ran on a worker when it was lost, or ended without giving them back: a death in company convicts nobody.
alter table stockflow.worker add column lost_task_count integer;

-- Deaths of its worker while nothing else ran there: only these are held against a task.
alter table stockflow.task_instance add column lone_crash_count integer not null default 0;
