-- The list of a DAG's runs that failed, and of those that nobody scheduled: few among many, so that without an index a
-- page of them reads every run from the newest back. Runs of a quiet night are in neither.
create index dag_run_unsuccessful on stockflow.dag_run (dag_id, run_id) where state in ('failed', 'cancelled');
create index dag_run_unscheduled on stockflow.dag_run (dag_id, run_id) where run_type in ('catchup', 'manual', 'backfill');

-- The history of one person, of one kind of action, and since an instant: without them a page of few events reads all.
create index event_by_actor on stockflow.event (actor, event_id);
create index event_by_action on stockflow.event (action text_pattern_ops, event_id);
create index event_by_time on stockflow.event using brin (at);
