/** Holds tasks back until other DAGs have succeeded, and lets them start when these have. */
import type { Pool } from 'pg';
import { withTransaction } from '../../connections/postgres/connect.ts';
import { type DagIndex, taskOf } from '../../core/dag/index.ts';
import { edgeSentence, type FoundEdge } from '../../core/other_dags/words.ts';
import { holdRuns } from '../../store/other_dags/awaited.ts';
import {
  type HeldTask,
  holdForDags,
  keepHolding,
  releaseWaiting,
  runsThatWait,
  waitingTasks,
} from '../../store/other_dags/waiting.ts';
import type { Queryable } from '../../store/queryable.ts';
import { addWorkJobs } from '../../store/queue/job.ts';
import { type DagRun, lockRun } from '../../store/run/dag_run.ts';
import type { DecidedStep } from '../../store/run/state_counts.ts';
import type { DagVersions } from '../dags/versions.ts';
import { findEdges, isMet } from './edges.ts';

interface RunAt {
  readonly run: DagRun;
  readonly index: DagIndex;
  readonly now: Temporal.Instant;
}

/**
 * Defers the decided tasks that wait for other DAGs. A task without such edges costs no statement.
 * @returns the steps of the others
 */
export async function holdBack(
  tx: Queryable,
  at: RunAt,
  steps: readonly DecidedStep[],
): Promise<readonly DecidedStep[]> {
  const held: HeldTask[] = [];
  for (const { taskId, step } of steps) {
    if (step.to !== 'queued' && step.to !== 'deferred') continue;
    const unmet = await unmetEdges(tx, at, taskId);
    if (unmet.length > 0) held.push(heldTask(taskId, step.plannedAt, unmet));
  }
  if (held.length === 0) return steps;
  await holdForDags(tx, at.run.runId, held);
  const taskIds = new Set(held.map(({ taskId }) => taskId));
  return steps.filter(({ taskId }) => !taskIds.has(taskId));
}

/**
 * Looks again at the tasks of running runs that wait for other DAGs.
 * @param which.dagId the runs of this DAG; null for those whose next look is due, in case a wake-up was lost
 */
export async function lookAgain(
  pool: Pool,
  versions: DagVersions,
  which: { readonly dagId: string | null },
): Promise<void> {
  for (const runId of await runsThatWait(pool, which)) {
    await withTransaction(pool, async (tx) => {
      const run = await lockRun(tx, runId);
      if (run?.state === 'running')
        await decideWaiting(tx, { run, index: await versions.get(run.dagVersionId, tx), now: run.now });
    });
  }
}

async function decideWaiting(tx: Queryable, at: RunAt): Promise<void> {
  const { runId, timeEdges } = at.run;
  const kept: HeldTask[] = [];
  const free: string[] = [];
  for (const taskId of await waitingTasks(tx, runId)) {
    const unmet = await unmetEdges(tx, at, taskId);
    if (unmet.length === 0) free.push(taskId);
    else kept.push(heldTask(taskId, null, unmet));
  }
  if (kept.length > 0) await keepHolding(tx, runId, kept);
  if (free.length > 0) await addWorkJobs(tx, await releaseWaiting(tx, { runId, timeEdges }, free));
}

/**
 * Returns the edges of a task that are not met. The runs that it waits for are held before they are read again: one that
 * ends later finds the task waiting, and wakes it.
 */
async function unmetEdges(
  tx: Queryable,
  { run, index, now }: RunAt,
  taskId: string,
): Promise<readonly FoundEdge[]> {
  const { dagEdges } = taskOf(index, taskId);
  if (dagEdges.length === 0) return [];
  const moment = { date: run.businessDate, now };
  const first = await findEdges(tx, dagEdges, moment);
  const unfinished = first.flatMap(({ state }) => (state.kind === 'unfinished' ? [state.runId] : []));
  if (first.every(isMet) || unfinished.length === 0) return first.filter((edge) => !isMet(edge));
  await holdRuns(tx, unfinished);
  return (await findEdges(tx, dagEdges, moment)).filter((edge) => !isMet(edge));
}

function heldTask(taskId: string, plannedAt: Temporal.Instant | null, unmet: readonly FoundEdge[]): HeldTask {
  return {
    taskId,
    plannedAt,
    awaits: unmet.map(({ dagId, taskId: task, awaitedDate }) => ({
      dag: dagId,
      task,
      date: awaitedDate?.toString() ?? null,
    })),
    reason: unmet.map(edgeSentence).join('; '),
  };
}
