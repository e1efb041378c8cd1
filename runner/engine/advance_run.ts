import { nextStep } from '../core/advance.ts';
import type { Task } from '../core/dag.ts';
import { type DagIndex, taskOf } from '../core/dag_index.ts';
import type { DagRun } from '../store/dag_run.ts';
import type { WorkHint } from '../store/hint.ts';
import type { Queryable } from '../store/queryable.ts';
import { applySteps, type DecidedStep, tallies } from '../store/tally.ts';
import { expandMapped } from './expand_mapped.ts';
import { failpoint } from './failpoint.ts';

/**
 * Decides the given tasks of a locked run and whatever follows from that: a skipped or upstream_failed task decides its
 * own successors in turn. Only tasks that may be affected are looked at, so the cost does not grow with the run.
 *
 * @param now the database's clock
 * @returns hints of the instances that may start now, or wait for an instant
 */
export async function advanceRun(
  tx: Queryable,
  at: { readonly run: DagRun; readonly index: DagIndex; readonly now: Temporal.Instant },
  candidates: readonly Task[],
): Promise<readonly WorkHint[]> {
  const { run, index, now } = at;
  const clock = { businessDate: run.businessDate, timezone: index.dag.timezone, timeEdges: run.timeEdges };
  const hints: WorkHint[] = [];
  let pending = unique(candidates);
  while (pending.length > 0) {
    const found = await tallies(tx, run.runId, idsToRead(pending));
    failpoint('advance.tallied');
    const decided: DecidedStep[] = [];
    for (const task of pending) {
      const isUndecided = (found.get(task.taskId)?.counts.none ?? 0) > 0;
      const step = isUndecided ? nextStep(task, found, clock, now) : null;
      if (step !== null) decided.push({ taskId: task.taskId, step });
    }
    if (decided.length === 0) break;
    const { steps, failed } = await expandAll(tx, at, decided);
    failpoint('advance.expanded');
    hints.push(...(await applySteps(tx, run.runId, steps)));
    failpoint('advance.applied');
    const closed = steps.filter(({ step }) => step.to === 'skipped' || step.to === 'upstream_failed');
    pending = unique(
      [...closed.map(({ taskId }) => taskId), ...failed].flatMap(
        (taskId) => index.successors.get(taskId) ?? [],
      ),
    );
  }
  return hints;
}

/** Makes the instances of the mapped tasks among those that may start. One with an empty list is skipped instead. */
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
    if (count === null) failed.push(taskId);
    else steps.push(count === 0 ? { taskId, step: { to: 'skipped' } } : decision);
  }
  return { steps, failed };
}

function isMappedTask(task: Task): task is Task & { readonly mapOver: string } {
  return task.mapOver !== null;
}

function idsToRead(tasks: readonly Task[]): readonly string[] {
  return [...new Set(tasks.flatMap((task) => [task.taskId, ...task.dependsOn.map(({ taskId }) => taskId)]))];
}

function unique(tasks: readonly Task[]): readonly Task[] {
  return [...new Set(tasks)];
}
