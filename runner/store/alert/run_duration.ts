import type { RunMode } from '../../core/dag/run_mode.ts';
import type { Queryable } from '../queryable.ts';
import type { TimeEdges } from '../run/dag_run.ts';

/** The number of a DAG's newest successful runs that show what is usual: a month of nightly runs. */
const RUNS = 30;

/**
 * Returns the durations in ms of the DAG's newest successful runs with the same time edges and of the same mode. Runs that were queued again
 * are left out, as the time until a person did that is in theirs.
 */
export async function recentRunDurations(
  db: Queryable,
  which: { readonly dagId: string; readonly timeEdges: TimeEdges; readonly mode: RunMode },
): Promise<readonly number[]> {
  const { rows } = await db.query<{ ms: number }>(
    `select (extract(epoch from finished_at - started_at) * 1000)::float8 as ms from stockflow.dag_run
      where dag_id = $1 and state = 'success' and time_edges = $2 and mode = $4 and reopen_count = 0
      order by run_id desc limit $3`,
    [which.dagId, which.timeEdges, RUNS, which.mode],
  );
  return rows.map(({ ms }) => ms);
}

export interface RunningRun {
  readonly runId: number;
  readonly dagId: string;
  readonly dagVersionId: number;
  readonly timeEdges: TimeEdges;
  readonly mode: RunMode;
  readonly ranMs: number;
}

/** Returns the runs under way that were never queued again, with the time since their start. */
export async function runningRuns(db: Queryable): Promise<readonly RunningRun[]> {
  const { rows } = await db.query<RunningRun>(
    `select run_id as "runId", dag_id as "dagId", dag_version_id as "dagVersionId", time_edges as "timeEdges", mode,
            (extract(epoch from now() - started_at) * 1000)::float8 as "ranMs"
       from stockflow.dag_run where state = 'running' and reopen_count = 0 order by run_id`,
  );
  return rows;
}
