-- The newest run of a DAG, and a DAG's runs from the newest back, however many runs of other DAGs came since.
create index dag_run_newest on stockflow.dag_run (dag_id, run_id);
-- The newest good run before an instant: guards compare a night with it, and retention keeps it.
create index dag_run_succeeded on stockflow.dag_run (dag_id, scheduled_for, run_id) where state = 'success';
