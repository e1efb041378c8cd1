-- The action that a task proposes with its error, as facts: the command line makes a command of it, the page a button.
-- It is set and reset with error_text. No constraint ties the two: a worker of the version before knows only error_text.
alter table stockflow.task_instance
  add column remedy jsonb,
  add constraint remedy_is_an_object check (jsonb_typeof(remedy) = 'object');
alter table stockflow.task_attempt
  add column remedy jsonb,
  add constraint remedy_is_an_object check (jsonb_typeof(remedy) = 'object');

-- The params with which a refused date can run all the same.
alter table stockflow.backfill_date
  add column remedy jsonb,
  add constraint remedy_is_an_object check (jsonb_typeof(remedy) = 'object'),
  add constraint remedy_only_of_refused_dates check (remedy is null or decision = 'refused');

comment on column audit.attempt.looks is '1, and one more for each time that it deferred itself and was polled again';
comment on column audit.task.deadline_missed_at is 'when it was recorded that the deadline had passed';
