/** Finds what waited in other DAGs for tasks of a run, and clears it too. */
import type { Pool } from 'pg';
import type { DagEdge } from '../../core/dag/dag.ts';
import { downstreamOf } from '../../core/dag/graph.ts';
import type { DagIndex } from '../../core/dag/index.ts';
import { listDags } from '../../store/dag/dag.ts';
import { type DependentRun, runsFrom } from '../../store/other_dags/dependents.ts';
import type { Queryable } from '../../store/queryable.ts';
import type { DagRun } from '../../store/run/dag_run.ts';
import type { DagVersions } from '../dags/versions.ts';
import { clearTasks, type RunRequest } from '../operator/operator.ts';
import { readAwaitedDag } from './awaited_schedule.ts';
import { awaitedDateOf } from './edges.ts';

type Awaited = Pick<DagRun, 'dagId' | 'businessDate' | 'scheduledFor'>;

/** A run of another DAG with those of its tasks that waited, and all that depends on them. */
export interface Dependent {
  readonly runId: number;
  readonly dagId: string;
  readonly businessDate: Temporal.PlainDate;
  readonly scheduledFor: Temporal.Instant;
  /** The tasks that waited, without those that come after another of them; null where the whole run followed. */
  readonly waited: readonly string[] | null;
}

interface Reader {
  readonly db: Queryable;
  readonly versions: DagVersions;
}

/**
 * Returns the begun runs of other DAGs that waited for these tasks of a run or for its success, and those that waited for
 * them in turn, each after what it waited for.
 */
export async function dependentsOf(
  reader: Reader,
  run: Awaited,
  taskIds: readonly string[],
): Promise<readonly Dependent[]> {
  const found = new Map<number, Dependent>();
  const pending: { readonly run: Awaited; readonly taskIds: readonly string[] }[] = [{ run, taskIds }];
  for (const step of pending) {
    for (const { dependent, all } of await directDependents(reader, step.run, step.taskIds)) {
      if (found.has(dependent.runId) || dependent.dagId === run.dagId) continue;
      found.set(dependent.runId, dependent);
      pending.push({ run: dependent, taskIds: all });
    }
  }
  return [...found.values()];
}

/** Clears what waited, each run in a transaction of its own, so that it waits again for what was cleared before it. */
export async function clearDependents(
  pool: Pool,
  dependents: readonly Dependent[],
  request: RunRequest,
): Promise<void> {
  for (const { runId, waited } of dependents) {
    for (const taskId of waited ?? [null])
      await clearTasks(pool, runId, { ...request, taskId, onlyFailed: false, downstream: true });
  }
}

async function directDependents(
  { db, versions }: Reader,
  run: Awaited,
  taskIds: readonly string[],
): Promise<readonly { readonly dependent: Dependent; readonly all: readonly string[] }[]> {
  const found: { dependent: Dependent; all: readonly string[] }[] = [];
  for (const { dagId, dagVersionId, retiredAt } of await listDags(db)) {
    if (dagId === run.dagId || dagVersionId === null || retiredAt !== null) continue;
    const inForce = await versions.getReadable(dagVersionId, db);
    if (inForce === null || !mayWaitFor(inForce, run.dagId)) continue;
    for (const candidate of await runsFrom(db, dagId, run.businessDate)) {
      const index = await versions.getReadable(candidate.dagVersionId, db);
      const waited = index === null ? [] : await waitedTasks(db, { index, run, taskIds }, candidate);
      if (index === null || waited?.length === 0) continue;
      const { runId, businessDate, scheduledFor } = candidate;
      const all =
        waited === null
          ? index.dag.tasks.map(({ taskId }) => taskId)
          : [
              ...waited,
              ...waited.flatMap((taskId) => [...downstreamOf(index.dag.tasks, taskId, 'transitive')]),
            ];
      const after = new Set(all.slice(waited?.length ?? 0));
      const first = waited?.filter((taskId) => !after.has(taskId)) ?? null;
      found.push({
        dependent: { runId, dagId, businessDate, scheduledFor, waited: first },
        all: [...new Set(all)],
      });
    }
  }
  return found;
}

function mayWaitFor({ dag }: DagIndex, dagId: string): boolean {
  return (
    dag.after === dagId || dag.tasks.some(({ dagEdges }) => dagEdges.some((edge) => edge.dagId === dagId))
  );
}

/** Returns the begun tasks of a run that waited; null where the whole run followed the other. */
async function waitedTasks(
  db: Queryable,
  of: { readonly index: DagIndex; readonly run: Awaited; readonly taskIds: readonly string[] },
  { begunTaskIds, businessDate, scheduledFor }: DependentRun,
): Promise<readonly string[] | null> {
  const { index, run, taskIds } = of;
  if (begunTaskIds.length === 0) return [];
  if (index.dag.after === run.dagId && scheduledFor.equals(run.scheduledFor)) return null;
  const waited: string[] = [];
  for (const { taskId, dagEdges } of index.dag.tasks) {
    const edges = dagEdges.filter(
      (edge) => edge.dagId === run.dagId && (edge.taskId === null || taskIds.includes(edge.taskId)),
    );
    if (begunTaskIds.includes(taskId) && (await anyAwaits(db, edges, { businessDate, run })))
      waited.push(taskId);
  }
  return waited;
}

async function anyAwaits(
  db: Queryable,
  edges: readonly DagEdge[],
  { businessDate, run }: { readonly businessDate: Temporal.PlainDate; readonly run: Awaited },
): Promise<boolean> {
  for (const edge of edges) {
    const dag = await readAwaitedDag(db, edge.dagId);
    const date = dag === null ? null : await awaitedDateOf(db, edge, dag, businessDate);
    if (date?.equals(run.businessDate)) return true;
  }
  return false;
}
