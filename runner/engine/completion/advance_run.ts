import type { Task } from '../../core/dag/dag.ts';
import { type DagIndex, taskOf } from '../../core/dag/index.ts';
import { nextStep } from '../../core/run/advance.ts';
import type { Queryable } from '../../store/queryable.ts';
import type { WorkJob } from '../../store/queue/job.ts';
import type { DagRun } from '../../store/run/dag_run.ts';
import {
  applySteps,
  type DecidedStep,
  type StateCountsByTask,
  stateCounts,
} from '../../store/run/state_counts.ts';
import { failpoint, passing } from '../failpoint.ts';
import { holdBack } from '../other_dags/waiting.ts';
import { expandMapped } from './expand_mapped.ts';

/** A locked run and the present instant by the database's clock. */
export interface RunAt {
  readonly run: DagRun;
  readonly index: DagIndex;
  readonly now: Temporal.Instant;
}

export interface AdvanceOptions {
  /** The state counts of the tasks of `tasksCounted`, if they were read under the same lock already. */
  readonly stateCounts?: StateCountsByTask;
  /** Called once with the tasks that may start now, in the round trip of the last change. */
  readonly onFinalBatch?: (queued: readonly Task[]) => Promise<void>;
}

/**
 * Decides the given tasks of a locked run and everything that follows: a skipped or upstream_failed task decides its
 * own successors in turn. Only tasks that may be affected are read, so the cost does not grow with the run.
 * @returns the jobs of the instances that may start now, or wait for an instant
 */
export async function advanceRun(
  tx: Queryable,
  at: RunAt & AdvanceOptions,
  candidates: readonly Task[],
): Promise<readonly WorkJob[]> {
  const { run, index, onFinalBatch = async () => {} } = at;
  const jobs: WorkJob[] = [];
  const queued: Task[] = [];
  let pending = unique(candidates);
  let known = at.stateCounts ?? null;
  for (;;) {
    const found = known ?? (await stateCounts(tx, run.runId, tasksCounted(pending)));
    known = null;
    failpoint('advance.counted');
    const { steps: decided, failed } = await expandAll(tx, at, decide(at, pending, found));
    const steps = await holdBack(tx, at, decided);
    queued.push(
      ...steps.filter(({ step }) => step.to === 'queued').map(({ taskId }) => taskOf(index, taskId)),
    );
    const closed = steps.filter(({ step }) => step.to === 'skipped' || step.to === 'upstream_failed');
    pending = unique(
      [...closed.map(({ taskId }) => taskId), ...failed].flatMap(
        (taskId) => index.successors.get(taskId) ?? [],
      ),
    );
    const isLast = pending.length === 0;
    const [applied] = await Promise.all([
      passing('advance.applied', applySteps(tx, run.runId, steps)),
      isLast ? onFinalBatch(queued) : null,
    ]);
    jobs.push(...applied);
    if (isLast) return jobs;
  }
}

/** Returns the ids of the tasks whose state counts decide these tasks: themselves and their dependencies. */
export function tasksCounted(tasks: readonly Task[]): readonly string[] {
  return [...new Set(tasks.flatMap((task) => [task.taskId, ...task.dependsOn.map(({ taskId }) => taskId)]))];
}

function decide(
  { run, index, now }: RunAt,
  pending: readonly Task[],
  found: StateCountsByTask,
): readonly DecidedStep[] {
  const clock = { businessDate: run.businessDate, timezone: index.dag.timezone, timeEdges: run.timeEdges };
  return pending.flatMap((task) => {
    const isUndecided = (found.get(task.taskId)?.counts.none ?? 0) > 0;
    const step = isUndecided ? nextStep(task, found, clock, now) : null;
    return step === null ? [] : [{ taskId: task.taskId, step }];
  });
}

/** Makes the instances of the mapped tasks that may start. A task with an empty list is skipped instead. */
async function expandAll(
  tx: Queryable,
  at: { readonly run: DagRun; readonly index: DagIndex },
  decided: readonly DecidedStep[],
): Promise<{ readonly steps: readonly DecidedStep[]; readonly failed: readonly string[] }> {
  const steps: DecidedStep[] = [];
  const failed: string[] = [];
  for (const decision of decided) {
    const { taskId, step } = decision;
    const task = taskOf(at.index, taskId);
    const mayStart = step.to === 'queued' || step.to === 'deferred';
    const count = mayStart && isMappedTask(task) ? await expandMapped(tx, at, task) : 1;
    failpoint('advance.expanded');
    if (count === null) failed.push(taskId);
    else steps.push(count === 0 ? { taskId, step: { to: 'skipped' } } : decision);
  }
  return { steps, failed };
}

function isMappedTask(task: Task): task is Task & { readonly mapOver: string } {
  return task.mapOver !== null;
}

function unique(tasks: readonly Task[]): readonly Task[] {
  return [...new Set(tasks)];
}
