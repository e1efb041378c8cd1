-- The calendar of a version of a DAG: its texts, so that a run keeps the calendar that it began with.
-- compatible_from: 0021
alter table stockflow.dag_version add column calendars jsonb not null default '[]';
alter table stockflow.dag_version add constraint calendars_are_a_list check (jsonb_typeof(calendars) = 'array');
comment on column stockflow.dag_version.calendars is
  'The calendar files that the version is made of, as [{name, file, source}] by name';

-- A date that the calendar closes is decided as such: it has no run, and none is missing.
alter table stockflow.due_instant drop constraint decision_is_known;
alter table stockflow.due_instant add constraint decision_is_known check (decision in ('run', 'missed', 'closed'));
alter table stockflow.due_instant add column closed_as text;
alter table stockflow.due_instant add column moved_to date;
alter table stockflow.due_instant add constraint closed_as_iff_closed check ((decision = 'closed') = (closed_as is not null));
alter table stockflow.due_instant add constraint moved_only_if_closed check (moved_to is null or decision = 'closed');
comment on column stockflow.due_instant.closed_as is 'The name under which the calendar closes the date';
comment on column stockflow.due_instant.moved_to is 'The open date on which the run of the closed one takes place';

create or replace view audit.missing_date as
select d.dag_id, d.business_date, d.scheduled_for, d.decision,
       (select r.state from stockflow.dag_run r
         where r.dag_id = d.dag_id and r.business_date = d.business_date order by r.run_id desc limit 1) as last_run_state,
       d.closed_as, d.moved_to
  from stockflow.due_instant d
 where not exists (select from stockflow.dag_run r
                    where r.dag_id = d.dag_id and r.state = 'success'
                      and (r.scheduled_for = d.scheduled_for or (r.run_type = 'manual' and r.business_date = d.business_date)));
comment on view audit.missing_date is
  'Instants at which a run was due, for which none has succeeded, also no manual one of that date; and the dates that the calendar of the DAG closed, by name.';
comment on column audit.missing_date.decision is
  'missed: no run was made; run: one was, and has not succeeded (yet); closed: the calendar closes the date, so none is missing';
comment on column audit.missing_date.scheduled_for is
  'the instant at which the run was due, or would have been on a closed date';
comment on column audit.missing_date.closed_as is 'the name of the closed date, such as Thanksgiving; null for one that is open';
comment on column audit.missing_date.moved_to is 'the open date on which the run of a closed one takes place; null where there is none';

create or replace view audit.dag_version as
select v.dag_version_id, v.dag_id, v.sha256, v.file, v.source as text, v.created_at,
       d.current_version_id = v.dag_version_id and d.retired_at is null as is_in_force,
       v.calendars
  from stockflow.dag_version v join stockflow.dag d using (dag_id);
comment on view audit.dag_version is
  'Every text that was ever in force of every DAG file, with the calendars that it used.';
comment on column audit.dag_version.sha256 is
  'of the text; with calendars, of the list of its hash and theirs, each on a line';
comment on column audit.dag_version.calendars is
  'the calendar files that the version is made of, as [{name, file, source}] by name; [] where there are none';
comment on column audit.run.dag_sha256 is 'of the version of the DAG that it ran by, as in audit.dag_version';
