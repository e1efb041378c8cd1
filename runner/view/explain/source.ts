/** An explanation with everything that it is worked out from. */
import { type Explanation, explainRun } from '../../core/explain/explain.ts';
import { databaseNow } from '../../engine/clock.ts';
import type { TaskTypes } from '../../engine/dags/task_types.ts';
import { findDag } from '../../store/dag/dag.ts';
import { usualDurations } from '../../store/dag/usual_duration.ts';
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
  const explanation = explainRun({
    now,
    index,
    run: {
      ...run,
      timeoutAt: await runTimeoutAt(pool, run.runId),
      maxActiveRuns: inForce.dag.maxActiveRuns,
      ahead: await runsAhead(pool, run),
    },
    instances: await instancesToExplain(pool, run.runId),
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
