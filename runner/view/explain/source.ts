/** An explanation with everything that it is worked out from. */
import type { Task } from '../../core/dag/dag.ts';
import { type Explanation, explainRun } from '../../core/explain/explain.ts';
import type { FoundEdge } from '../../core/other_dags/words.ts';
import { isTerminalTaskState } from '../../core/run/states.ts';
import { databaseNow } from '../../engine/clock.ts';
import type { TaskTypes } from '../../engine/dags/task_types.ts';
import { findEdges } from '../../engine/other_dags/edges.ts';
import { findDag } from '../../store/dag/dag.ts';
import { usualDurations } from '../../store/dag/usual_duration.ts';
import type { Queryable } from '../../store/queryable.ts';
import { instancesToExplain } from '../../store/queue/instances_with_jobs.ts';
import type { DagRun } from '../../store/run/dag_run.ts';
import { poolsToExplain, runsAhead, runTimeoutAt, workerLoad } from '../../store/run/explain.ts';
import type { ViewSource } from '../source.ts';
import { unknownTask } from '../task/find.ts';

export interface Explained {
  readonly run: DagRun;
  readonly now: Temporal.Instant;
  readonly timezone: string;
  readonly isPaused: boolean;
  readonly explanation: Explanation;
}

export async function readExplanation(
  { pool, versions }: ViewSource,
  run: DagRun,
  taskTypes: TaskTypes,
): Promise<Explained> {
  const index = await versions.get(run.dagVersionId);
  const row = await findDag(pool, run.dagId);
  const inForce = row?.dagVersionId == null ? index : await versions.get(row.dagVersionId);
  const types = [...new Set(index.dag.tasks.map(({ type }) => type))];
  const usual = (await usualDurations(pool, run.dagId)).map((one) => [one.taskId, one] as const);
  const now = await databaseNow(pool);
  const instances = await instancesToExplain(pool, run.runId);
  const unfinished = new Set(
    instances.filter(({ state }) => !isTerminalTaskState(state)).map(({ taskId }) => taskId),
  );
  const waiting = index.dag.tasks.filter(({ taskId }) => unfinished.has(taskId));
  const explanation = explainRun({
    now,
    index,
    run: {
      ...run,
      timeoutAt: await runTimeoutAt(pool, run.runId),
      maxActiveRuns: inForce.dag.maxActiveRuns,
      ahead: await runsAhead(pool, run),
    },
    instances,
    dagEdges: await edgesOfTasks(pool, { run, tasks: waiting, now }),
    pools: await poolsToExplain(pool, run.runId),
    workers: await workerLoad(pool),
    unusableTypes: new Map(
      types
        .filter((type) => !taskTypes.byName.has(type))
        .map((type) => [type, taskTypes.broken.get(type) ?? `there is no task type ${type} here`]),
    ),
    usual: new Map(usual),
  });
  return { run, now, timezone: index.dag.timezone, isPaused: row?.isPaused ?? false, explanation };
}

/** Returns what each task waits for in other DAGs, by task_id; nothing for a task without such edges. */
async function edgesOfTasks(
  db: Queryable,
  of: { readonly run: DagRun; readonly tasks: readonly Task[]; readonly now: Temporal.Instant },
): Promise<ReadonlyMap<string, readonly FoundEdge[]>> {
  const found = new Map<string, readonly FoundEdge[]>();
  for (const { taskId, dagEdges } of of.tasks) {
    if (dagEdges.length > 0)
      found.set(taskId, await findEdges(db, dagEdges, { date: of.run.businessDate, now: of.now }));
  }
  return found;
}

/** Narrows an explanation to one task. @throws NotFound */
export function onlyTask(explained: Explained, taskId: string): Explained {
  const { run, explanation } = explained;
  const known = [...explanation.allTaskIds];
  if (!known.includes(taskId)) {
    throw unknownTask(run, taskId, known);
  }
  const isIt = ({ instance }: { readonly instance: { readonly taskId: string } }) =>
    instance.taskId === taskId;
  const only: Explanation = {
    ...explanation,
    tasks: explanation.tasks.filter(isIt),
    running: explanation.running.filter((instance) => instance.taskId === taskId),
    done: explanation.done.filter((instance) => instance.taskId === taskId),
    late: explanation.late.filter(isIt),
  };
  return { ...explained, explanation: only };
}
