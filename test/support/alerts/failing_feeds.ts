import type { Pool } from 'pg';

/** Adds a run of the DAG `a` whose success the monitor did not take, and of which the receiver of lineage takes nothing. */
export async function addFailingFeeds(pool: Pool): Promise<void> {
  await pool.query(
    `with version as (
       insert into stockflow.dag_version (dag_id, sha256, source, file) values ('a', repeat('0', 64), '', 'a.yaml')
       returning dag_version_id
     ), run as (
       insert into stockflow.dag_run (dag_id, dag_version_id, run_type, state, scheduled_for, business_date, actor, started_at, finished_at)
       select 'a', dag_version_id, 'scheduled', 'success', now(), current_date, 'test', now(), now() from version
       returning run_id
     ), ping as (
       insert into stockflow.heartbeat_ping (dag_id, run_id, connection, kind, body, attempt_count, state, next_attempt_at, ended_at, error_text)
       select 'a', run_id, 'oncall_ping', 'success', '', 1, 'failed', null, now(), 'hc.example answered 404' from run
     )
     insert into stockflow.feed_run (feed, run_id, next_at, failing_since, failure_count, error_text)
     select 'lineage', run_id, now() + interval '1 minute', now(), 1, 'http://marquez.example:5000 answered 503' from run`,
  );
}
