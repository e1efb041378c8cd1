-- Whether a run acts, or works in shadow and changes nothing outside this database.
-- compatible_from: 0021
alter table stockflow.dag_run add column mode text not null default 'apply'
  constraint mode_is_known check (mode in ('apply', 'shadow'));

-- The views of the audit gain a column at the end.
create or replace view audit.run as
select r.run_id, r.dag_id, r.run_type, r.state, r.business_date, r.scheduled_for, r.created_at, r.started_at, r.finished_at,
       r.finished_at - r.started_at as duration,
       r.started_at - greatest(r.scheduled_for, r.created_at) as start_delay,
       r.time_edges, r.params, r.actor, r.reason, v.sha256 as dag_sha256, r.dag_version_id, r.timeout_at, r.mode
  from stockflow.dag_run r join stockflow.dag_version v using (dag_version_id);

comment on column audit.run.mode is 'apply, or shadow where it changed nothing outside the runner''s database';

-- A run that a person works in shadow is no substitute for the date's own run.
create or replace view audit.missing_date as
select d.dag_id, d.business_date, d.scheduled_for, d.decision,
       (select r.state from stockflow.dag_run r
         where r.dag_id = d.dag_id and r.business_date = d.business_date order by r.run_id desc limit 1) as last_run_state
  from stockflow.due_instant d
 where not exists (select from stockflow.dag_run r
                    where r.dag_id = d.dag_id and r.state = 'success'
                      and (r.scheduled_for = d.scheduled_for
                           or (r.run_type = 'manual' and r.business_date = d.business_date and r.mode = 'apply')));
