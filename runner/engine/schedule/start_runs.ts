/** Starts queued runs. Every function is idempotent, so any number of processes may call it at once. */

import type { Queryable } from '../../store/queryable.ts';
import { addWorkJobs } from '../../store/queue/job.ts';
import { type DagRun, markRunRunning, startableRuns } from '../../store/run/dag_run.ts';
import { advanceBackfill } from '../backfill/advance.ts';
import { databaseNow } from '../clock.ts';
import { advanceRun } from '../completion/advance_run.ts';
import type { DagVersions } from '../dags/versions.ts';
import { failpoint } from '../failpoint.ts';
import { pingStart } from '../heartbeats/outbox.ts';
import { closeRunIfDone } from './runs.ts';

/**
 * Starts queued runs as far as `max_active_runs` of the version in force allows. A running backfill of the DAG first
 * adds its next runs, so that no newer run starts between two of its dates. The DAG's row must be locked.
 */
export async function startRuns(
  tx: Queryable,
  versions: DagVersions,
  dag: { readonly dagId: string; readonly dagVersionId: number },
): Promise<void> {
  const inForce = (await versions.get(dag.dagVersionId, tx)).dag;
  await advanceBackfill(tx, versions, inForce);
  for (const run of await startableRuns(tx, dag.dagId, inForce.maxActiveRuns))
    await startRun(tx, versions, run);
}

async function startRun(tx: Queryable, versions: DagVersions, run: DagRun): Promise<void> {
  const index = await versions.get(run.dagVersionId, tx);
  if (!(await markRunRunning(tx, run.runId, index.dag.dagrunTimeoutMs))) return;
  failpoint('start_run.marked');
  const running: DagRun = { ...run, state: 'running' };
  await pingStart(tx, { run: running, index });
  // In a reopened run any task may start; in a new one only the roots.
  const candidates = run.startedAt === null ? index.roots : index.dag.tasks;
  const jobs = await advanceRun(tx, { run: running, index, now: await databaseNow(tx) }, candidates);
  failpoint('start_run.advanced');
  await addWorkJobs(tx, jobs);
  failpoint('start_run.jobs_added');
  if (jobs.length === 0) await closeRunIfDone(tx, { run: running, index });
}
