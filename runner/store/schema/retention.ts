/** Deletes old history. Events are never deleted. */
import type { Queryable } from '../queryable.ts';

/** The ages in ms beyond which rows are deleted; null keeps them forever. */
export interface Retention {
  readonly logsMs: number | null;
  readonly artifactsMs: number | null;
  /** The age of ended runs, with their tasks, attempts, file records and alerts. */
  readonly historyMs: number | null;
}

export interface Pruned {
  readonly logLines: number;
  readonly artifacts: number;
  readonly runs: number;
  /** The alerts of due instants whose run was never made; those of runs go with their run. */
  readonly alerts: number;
}

/** The number of rows deleted at once, so that no statement holds its locks for long. */
const BATCH = 10_000;

/** Deletes rows older than their age. The newest successful run of a DAG always stays, as guards compare with it. */
export async function prune(db: Queryable, retention: Retention): Promise<Pruned> {
  const inBatches = async (ageMs: number | null, statement: string): Promise<number> => {
    if (ageMs === null) return 0;
    let total = 0;
    for (;;) {
      const { rowCount } = await db.query(statement, [ageMs, BATCH]);
      total += rowCount ?? 0;
      if ((rowCount ?? 0) < BATCH) return total;
    }
  };
  return {
    logLines: await inBatches(retention.logsMs, DELETE_LOGS),
    artifacts: await inBatches(retention.artifactsMs, DELETE_ARTIFACTS),
    runs: await inBatches(retention.historyMs, DELETE_RUNS),
    alerts: await inBatches(retention.historyMs, DELETE_ALERTS),
  };
}

const DELETE_LOGS = `
  delete from stockflow.task_log where task_log_id in (
    select l.task_log_id from stockflow.task_log l
      join stockflow.task_instance t using (task_instance_id)
      join stockflow.dag_run r using (run_id)
     where l.at < now() - $1 * interval '1 ms' and r.finished_at is not null
     limit $2)`;

const DELETE_ARTIFACTS = `
  delete from stockflow.artifact where artifact_id in (
    select a.artifact_id from stockflow.artifact a join stockflow.dag_run r using (run_id)
     where r.finished_at < now() - $1 * interval '1 ms'
     limit $2)`;

const DELETE_RUNS = `
  with old as (
    select r.run_id from stockflow.dag_run r
     where r.finished_at < now() - $1 * interval '1 ms'
       and r.run_id is distinct from (
             select n.run_id from stockflow.dag_run n
              where n.dag_id = r.dag_id and n.mode = r.mode and n.state = 'success'
              order by n.scheduled_for desc, n.run_id desc limit 1)
     limit $2
  ), artifacts as (
    delete from stockflow.artifact a using old where a.run_id = old.run_id
  ), instances as (
    delete from stockflow.task_instance t using old where t.run_id = old.run_id
  )
  delete from stockflow.dag_run r using old where r.run_id = old.run_id`;

const DELETE_ALERTS = `
  delete from stockflow.alert where alert_id in (
    select alert_id from stockflow.alert
     where run_id is null and at < now() - $1 * interval '1 ms'
     limit $2)`;
