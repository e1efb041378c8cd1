-- The rights of each role. Applied at the end of every `stockflow migrate`, so that it also holds for tables that came
-- since, and for a role that an administrator made later. Each right is listed: a new table has none until it is here.

-- Roles belong to the whole server, so they may exist already. Neither can log in: grant them to roles that can.
do $$
declare
  role_name text;
begin
  foreach role_name in array array['stockflow_worker', 'stockflow_auditor'] loop
    if not exists (select from pg_roles where rolname = role_name) then
      begin
        execute format('create role %I nologin', role_name);
      exception
        when duplicate_object or unique_violation then null;
        when insufficient_privilege then
          raise warning 'role % was not created: % may not create roles', role_name, current_user;
      end;
    end if;
  end loop;
end $$;

-- A worker process. It schedules, works and records; it defines nothing, and of the history it can only add.
do $$
declare
  may record;
  queue_table record;
begin
  if not exists (select from pg_roles where rolname = 'stockflow_worker') then return; end if;
  -- A role that does not own the tables cannot give rights on them, and need not: their owner has.
  if not pg_has_role((select nspowner from pg_namespace where nspname = 'stockflow'), 'usage') then return; end if;

  grant usage on schema stockflow to stockflow_worker;
  revoke all on all tables in schema stockflow from stockflow_worker;
  for may in
    select * from (values
      ('migration',      'select'),
      ('dag',            'select, insert, update'),
      ('dag_version',    'select, insert'),
      ('due_instant',    'select, insert'),
      ('dag_run',        'select, insert, update'),
      ('backfill',       'select, insert, update'),
      ('backfill_date',  'select, insert, update'),
      ('pool',           'select, insert, update'),
      ('held_slot',      'select, insert, delete'),
      ('task_instance',  'select, insert, update'),
      ('task_attempt',   'select, insert, update'),
      ('task_log',       'select, insert'),
      ('artifact',       'select, insert, update, delete'),
      ('artifact_chunk', 'select, insert'),
      ('file',           'select, insert'),
      ('feed_run',       'select, insert, update'),
      ('feed_sent',      'select, insert'),
      ('worker',         'select, insert, update'),
      ('heartbeat_ping', 'select, insert, update'),
      -- The page may be served by it.
      ('ended_total',    'select, insert, update'),
      ('ended_cursor',   'select, update'),
      ('ended_later',    'select, insert, delete'),
      ('web_session',    'select, insert, update, delete'),
      ('web_token',      'select, insert, update'),
      ('approval',       'select, insert, update'),
      ('alert',          'select, insert, update'),
      ('alert_delivery', 'select, insert, update'),
      -- Not its id, its instant and its transaction: nobody can date an event back.
      ('event',          'select, insert (actor, channel, action, dag_id, run_id, task_id, map_index, reason, before, after)'),
      ('event_seal',     'select, insert')
    ) as listed (table_name, rights)
    where to_regclass('stockflow.' || table_name) is not null
  loop
    execute format('grant %s on stockflow.%I to stockflow_worker', may.rights, may.table_name);
  end loop;

  -- The queue's own schema, made by graphile-worker: its jobs only wake workers, and hold no truth.
  if to_regnamespace('graphile_worker') is null then return; end if;
  grant usage on schema graphile_worker to stockflow_worker;
  grant select, insert, update, delete on all tables in schema graphile_worker to stockflow_worker;
  revoke insert, update, delete on graphile_worker.migrations from stockflow_worker;
  for queue_table in
    -- It turns row security on and makes no policy, which shuts out everyone but its owner.
    select c.relname from pg_class c
     where c.relnamespace = 'graphile_worker'::regnamespace and c.relrowsecurity
       and not exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'stockflow_worker')
  loop
    execute format('create policy stockflow_worker on graphile_worker.%I to stockflow_worker using (true) with check (true)',
                   queue_table.relname);
  end loop;
end $$;

-- An auditor reads the views of schema audit and nothing behind them.
do $$
begin
  if not exists (select from pg_roles where rolname = 'stockflow_auditor') then return; end if;
  if not pg_has_role((select nspowner from pg_namespace where nspname = 'audit'), 'usage') then return; end if;
  grant usage on schema audit to stockflow_auditor;
  grant select on all tables in schema audit to stockflow_auditor;
end $$;
