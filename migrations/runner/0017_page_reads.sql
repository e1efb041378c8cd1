-- The usual duration of a DAG's runs without waits: few among many, so that without an index every run is read to find them.
create index dag_run_collapsed on stockflow.dag_run (dag_id, run_id) where time_edges = 'collapse';
-- The manual runs of a span of instants; the others have one_run_per_scheduled_instant.
create index dag_run_manual on stockflow.dag_run (dag_id, scheduled_for) where run_type = 'manual';
-- The history of one task over all nights. Few events are about a task: it has one where it fails, or a person acts on it.
create index event_by_task on stockflow.event (task_id, event_id) where task_id is not null;
