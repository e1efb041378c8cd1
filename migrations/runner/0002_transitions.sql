-- Which state may follow which: the same tables as runner/core/states.ts, refused here whoever writes.
create function stockflow.is_run_transition(before text, after text, by_operator boolean) returns boolean
language sql immutable as $$
  select case before
    when 'queued'    then after in ('running', 'cancelled')
    when 'running'   then after in ('success', 'failed', 'cancelled')
    when 'success'   then by_operator and after = 'queued'
    when 'failed'    then by_operator and after = 'queued'
    when 'cancelled' then by_operator and after = 'queued'
    else false
  end
$$;

create function stockflow.is_task_transition(before text, after text, by_operator boolean) returns boolean
language sql immutable as $$
  select case before
    when 'none'         then after in ('deferred', 'queued', 'failed', 'upstream_failed', 'skipped', 'cancelled')
    when 'deferred'     then after in ('running', 'failed', 'cancelled')
    when 'queued'       then after in ('running', 'failed', 'cancelled')
    when 'running'      then after in ('queued', 'deferred', 'up_for_retry', 'success', 'failed', 'skipped', 'cancelled')
    when 'up_for_retry' then after in ('running', 'failed', 'cancelled')
    else false
  end or (by_operator and case before
    when 'none'    then after in ('success', 'failed', 'skipped')
    when 'success' then after in ('none', 'failed', 'skipped')
    when 'failed'  then after in ('none', 'success', 'skipped')
    when 'skipped' then after in ('none', 'success', 'failed')
    else after in ('none', 'success', 'failed', 'skipped')
  end)
$$;

-- A person's action says so for its transaction (set local stockflow.operator = 'on') and is recorded as an event.
create function stockflow.by_operator() returns boolean language sql stable as $$
  select coalesce(current_setting('stockflow.operator', true), '') = 'on'
$$;

create function stockflow.check_run_transition() returns trigger language plpgsql as $$
begin
  if not stockflow.is_run_transition(old.state, new.state, stockflow.by_operator()) then
    raise exception 'run %: % cannot become %', old.run_id, old.state, new.state using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger run_transition_is_allowed before update of state on stockflow.dag_run
  for each row when (old.state is distinct from new.state) execute function stockflow.check_run_transition();

create function stockflow.check_task_transition() returns trigger language plpgsql as $$
begin
  if not stockflow.is_task_transition(old.state, new.state, stockflow.by_operator()) then
    raise exception 'task instance % (%): % cannot become %', old.task_instance_id, old.task_id, old.state, new.state
      using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger task_transition_is_allowed before update of state on stockflow.task_instance
  for each row when (old.state is distinct from new.state) execute function stockflow.check_task_transition();
