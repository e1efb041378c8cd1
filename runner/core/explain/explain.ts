/** Explains why the tasks of a run are not running, when something can happen next, and what is late. */

import type { UsualDuration } from '../change/expected_times.ts';
import { isTerminalRunState, isTerminalTaskState, type TaskState } from '../run/states.ts';
import { type Blocker, passesAt, type StateCounts } from './blocker.ts';
import { settledBlockers, undecidedBlockers, waitingBlockers } from './blockers_of_task.ts';
import type { ExplainFacts, InstanceFacts } from './facts.ts';

export interface TaskExplanation {
  readonly instance: InstanceFacts;
  readonly blockers: readonly Blocker[];
  /** The instant at which the last blocker with a known instant passes; null if none has one. */
  readonly notBeforeAt: Temporal.Instant | null;
}

export type Late =
  | { readonly kind: 'deadline'; readonly instance: InstanceFacts; readonly deadlineAt: Temporal.Instant }
  | {
      readonly kind: 'slow';
      readonly instance: InstanceFacts;
      readonly runningMs: number;
      readonly usual: UsualDuration;
    };

/** `any_moment`: a task runs or can start. `never`: nothing happens without a person's action. */
export type NextEvent =
  | { readonly kind: 'any_moment' }
  | { readonly kind: 'at'; readonly at: Temporal.Instant; readonly instance: InstanceFacts }
  /** A task starts when another DAG has succeeded. */
  | { readonly kind: 'other_dag'; readonly dagId: string; readonly instance: InstanceFacts }
  | { readonly kind: 'never' };

export interface Explanation {
  /** The blockers of the run as a whole. */
  readonly run: readonly Blocker[];
  /** The explanations of the tasks that are neither running nor successful. */
  readonly tasks: readonly TaskExplanation[];
  readonly running: readonly InstanceFacts[];
  readonly done: readonly InstanceFacts[];
  readonly allTaskIds: ReadonlySet<string>;
  readonly next: NextEvent;
  readonly late: readonly Late[];
}

export function explainRun(facts: ExplainFacts): Explanation {
  const counts = countsByTask(facts.instances);
  const tasks = facts.instances
    .filter(({ state }) => state !== 'running' && state !== 'success')
    .map((instance): TaskExplanation => {
      const blockers = blockersOf(facts, instance, counts);
      const instants = blockers.flatMap((blocker) => passesAt(blocker) ?? []);
      return { instance, blockers, notBeforeAt: instants.toSorted(Temporal.Instant.compare).at(-1) ?? null };
    });
  return {
    run: runBlockers(facts),
    tasks,
    running: facts.instances.filter(({ state }) => state === 'running'),
    done: facts.instances.filter(({ state }) => state === 'success'),
    allTaskIds: new Set(facts.instances.map(({ taskId }) => taskId)),
    next: nextEvent(facts, tasks),
    late: lateOnes(facts),
  };
}

function runBlockers({ run, workers }: ExplainFacts): readonly Blocker[] {
  if (isTerminalRunState(run.state)) return [{ kind: 'run_ended', state: run.state }];
  const queued: readonly Blocker[] =
    run.state === 'queued'
      ? [{ kind: 'run_queued', maxActiveRuns: run.maxActiveRuns, ahead: run.ahead }]
      : [];
  return workers.live === 0 ? [...queued, { kind: 'no_worker' }] : queued;
}

function blockersOf(
  facts: ExplainFacts,
  instance: InstanceFacts,
  counts: ReadonlyMap<string, StateCounts>,
): readonly Blocker[] {
  if (isTerminalTaskState(instance.state)) return settledBlockers(facts, instance, counts);
  const blockers =
    instance.state === 'none' ? undecidedBlockers(facts, instance, counts) : waitingBlockers(facts, instance);
  const type = facts.index.taskById.get(instance.taskId)?.type ?? '';
  const why = facts.unusableTypes.get(type);
  return why === undefined ? blockers : [...blockers, { kind: 'type_unusable', type, why }];
}

function nextEvent(
  { run, now, workers, instances }: ExplainFacts,
  tasks: readonly TaskExplanation[],
): NextEvent {
  if (isTerminalRunState(run.state) || workers.live === 0) return { kind: 'never' };
  if (run.state === 'queued' || instances.some(({ state }) => state === 'running' || state === 'queued'))
    return { kind: 'any_moment' };
  const [soonest] = tasks
    .flatMap(({ instance }) =>
      instance.wakeAt === null || instance.wakeReason === 'dag_edge'
        ? []
        : [{ instance, at: instance.wakeAt }],
    )
    .toSorted((a, b) => Temporal.Instant.compare(a.at, b.at));
  if (soonest === undefined) return otherDag(tasks) ?? { kind: 'never' };
  return Temporal.Instant.compare(soonest.at, now) <= 0 ? { kind: 'any_moment' } : { kind: 'at', ...soonest };
}

/** Returns the first success of another DAG that a deferred task waits for. */
function otherDag(tasks: readonly TaskExplanation[]): NextEvent | null {
  for (const { instance, blockers } of tasks) {
    const blocker = blockers.find(({ kind }) => kind === 'dag_edge');
    if (instance.state === 'deferred' && blocker?.kind === 'dag_edge')
      return { kind: 'other_dag', dagId: blocker.edge.dagId, instance };
  }
  return null;
}

/** Returns what is late. A run that collapses its edges has no deadlines. */
function lateOnes({ run, instances, now, usual }: ExplainFacts): readonly Late[] {
  return instances.flatMap((instance): readonly Late[] => {
    if (isTerminalTaskState(instance.state)) return [];
    const { deadlineAt, startedAt } = instance;
    const isPast =
      run.timeEdges === 'keep' && deadlineAt !== null && Temporal.Instant.compare(deadlineAt, now) < 0;
    const past: readonly Late[] = isPast ? [{ kind: 'deadline', instance, deadlineAt }] : [];
    const known = usual.get(instance.taskId);
    if (instance.state !== 'running' || startedAt === null || known === undefined) return past;
    const runningMs = now.epochMilliseconds - startedAt.epochMilliseconds;
    return runningMs > known.p95Ms ? [...past, { kind: 'slow', instance, runningMs, usual: known }] : past;
  });
}

function countsByTask(instances: readonly InstanceFacts[]): ReadonlyMap<string, StateCounts> {
  const counts = new Map<string, Partial<Record<TaskState, number>>>();
  for (const { taskId, state } of instances) {
    const ofTask = counts.get(taskId) ?? {};
    ofTask[state] = (ofTask[state] ?? 0) + 1;
    counts.set(taskId, ofTask);
  }
  return counts;
}
