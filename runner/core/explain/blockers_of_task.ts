/** Finds what keeps one task instance from running, by its state. */

import type { Task } from '../dag/dag.ts';
import { upstreamOf } from '../dag/graph.ts';
import { plannedInstant, type TaskStateCounts } from '../run/advance.ts';
import { hasRoom, usedSlots } from '../run/pool_room.ts';
import { isTerminalTaskState, TASK_STATES, type TaskState } from '../run/states.ts';
import type { Blocker, StateCounts } from './blocker.ts';
import type { ExplainFacts, InstanceFacts } from './facts.ts';

type Counts = ReadonlyMap<string, StateCounts>;

/** Returns the unfinished upstreams, the trigger rule that counts them, and the time edges that apply afterwards. */
export function undecidedBlockers(
  facts: ExplainFacts,
  { taskId }: InstanceFacts,
  counts: Counts,
): readonly Blocker[] {
  const task = facts.index.taskById.get(taskId);
  if (task === undefined) return [];
  const unfinished = task.dependsOn.filter((edge) =>
    statesOf(counts, edge.taskId).some((state) => !isTerminalTaskState(state)),
  );
  return [
    ...unfinished.map(
      (edge): Blocker => ({
        kind: 'upstream',
        taskId: edge.taskId,
        states: counts.get(edge.taskId) ?? {},
      }),
    ),
    ...(unfinished.length > 0 && task.triggerRule !== 'all_success'
      ? [{ kind: 'trigger_rule' as const, rule: task.triggerRule }]
      : []),
    ...dagEdgeBlockers(facts, taskId),
    ...edgeBlockers(facts, task),
  ];
}

/** Returns the blockers of an instance that is deferred, up for retry or queued. */
export function waitingBlockers(facts: ExplainFacts, instance: InstanceFacts): readonly Blocker[] {
  const { state, wakeAt, wakeReason, errorText } = instance;
  const task = facts.index.taskById.get(instance.taskId);
  if (wakeReason === 'dag_edge') {
    return [
      ...dagEdgeBlockers(facts, instance.taskId),
      ...(task === undefined ? [] : edgeBlockers(facts, task)),
    ];
  }
  const isDue = wakeAt === null || Temporal.Instant.compare(wakeAt, facts.now) <= 0;
  if (isDue)
    return [
      ...(instance.crashCount > 0 && state === 'queued' ? [restarting(instance)] : []),
      ...dueBlockers(facts, instance),
    ];
  if (wakeReason === 'time_edge') {
    const edges = task === undefined ? [] : edgeBlockers(facts, task);
    return edges.length > 0 ? edges : [{ kind: 'not_before', at: wakeAt }];
  }
  if (wakeReason === 'sensor') return [{ kind: 'sensor', at: wakeAt, reason: errorText }];
  const { failureCount } = instance;
  return [{ kind: 'retry', at: wakeAt, failureCount, retries: task?.retries ?? 0, error: errorText }];
}

/** Returns the blockers of an instance that has ended without success. */
export function settledBlockers(
  { index }: ExplainFacts,
  instance: InstanceFacts,
  counts: Counts,
): readonly Blocker[] {
  const { taskId, state, errorText, errorClass, attemptNumber, crashCount } = instance;
  const task = index.taskById.get(taskId);
  switch (state) {
    case 'failed':
      return errorClass === 'Quarantined'
        ? [{ kind: 'quarantined', crashCount }]
        : [{ kind: 'failed', error: errorText ?? errorClass, attempts: attemptNumber }];
    case 'upstream_failed':
      return [{ kind: 'upstream_failed', causes: causesOf(index.dag.tasks, taskId, counts) }];
    case 'skipped': {
      const upstream = (task?.dependsOn ?? [])
        .map((edge) => edge.taskId)
        .filter((id) => statesOf(counts, id).includes('skipped'));
      return [{ kind: 'skipped', reason: errorText, upstream: errorText === null ? upstream : [] }];
    }
    case 'cancelled':
      return [{ kind: 'cancelled' }];
    default:
      return [];
  }
}

/** Returns the edges to other DAGs that are not met. */
function dagEdgeBlockers({ dagEdges }: ExplainFacts, taskId: string): readonly Blocker[] {
  return (dagEdges.get(taskId) ?? [])
    .filter(({ state }) => state.kind !== 'met')
    .map((edge) => ({ kind: 'dag_edge', edge, at: edge.state.kind === 'not_due' ? edge.state.at : null }));
}

function restarting({ crashCount }: InstanceFacts): Blocker {
  return { kind: 'restarting', crashCount };
}

/** Returns the blockers of an instance that could be claimed now: the pool, the workers, or its wake-up job. */
function dueBlockers({ pools, workers, now }: ExplainFacts, instance: InstanceFacts): readonly Blocker[] {
  const { pool, poolSlots, job } = instance;
  const facts = pools.get(pool);
  const isFull = facts !== undefined && !hasRoom(facts, poolSlots);
  const blockers: Blocker[] = [];
  if (isFull) {
    const { slots, holders } = facts;
    blockers.push({
      kind: 'pool',
      pool,
      slots,
      usedSlots: usedSlots(facts),
      wantedSlots: poolSlots,
      holders,
    });
  }
  if (workers.live > 0 && workers.running >= workers.concurrency) {
    blockers.push({ kind: 'workers_busy', running: workers.running, concurrency: workers.concurrency });
  }
  // A full pool uses up the jobs of its waiting instances; the next instance that frees a slot adds a new one.
  if (job === null && !isFull) blockers.push({ kind: 'hint_lost' });
  if (job !== null && !job.isTaken && Temporal.Instant.compare(job.runAt, now) > 0)
    blockers.push({ kind: 'hint_put_off', at: job.runAt, error: job.lastError });
  return blockers;
}

/** Returns the time edges that are in the future or not known yet; none if the run collapses its edges. */
function edgeBlockers({ index, run, instances, now }: ExplainFacts, task: Task): readonly Blocker[] {
  if (run.timeEdges === 'collapse') return [];
  const clock = { businessDate: run.businessDate, timezone: index.dag.timezone, timeEdges: run.timeEdges };
  const isAhead = (at: Temporal.Instant | null) => at !== null && Temporal.Instant.compare(at, now) > 0;
  const notBefore = plannedInstant({ ...task, dependsOn: [] }, new Map(), clock);
  const delays = task.dependsOn
    .filter(({ delayMs }) => delayMs > 0)
    .map(({ taskId, delayMs }) => {
      const latest = latestSuccess(instances, taskId);
      const found: TaskStateCounts = { counts: {}, latestSuccessAt: latest };
      const edge = { ...task, notBefore: null, dependsOn: [{ taskId, delayMs }] };
      return { taskId, delayMs, at: plannedInstant(edge, new Map([[taskId, found]]), clock) };
    });
  return [
    ...(notBefore !== null && isAhead(notBefore) ? [{ kind: 'not_before' as const, at: notBefore }] : []),
    ...delays
      .filter(({ taskId, at }) => (at === null ? !isOver(instances, taskId) : isAhead(at)))
      .map((delay): Blocker => ({ kind: 'delay', ...delay })),
  ];
}

/** Returns true if the task has ended: a delay after a success that never came holds nothing back then. */
function isOver(instances: readonly InstanceFacts[], taskId: string): boolean {
  return instances
    .filter((instance) => instance.taskId === taskId)
    .every(({ state }) => isTerminalTaskState(state));
}

/** Returns the latest success of a task; null until the task has ended. */
function latestSuccess(instances: readonly InstanceFacts[], taskId: string): Temporal.Instant | null {
  if (!isOver(instances, taskId)) return null;
  const ends = instances
    .filter((instance) => instance.taskId === taskId && instance.state === 'success')
    .flatMap(({ finishedAt }) => finishedAt ?? []);
  return ends.toSorted(Temporal.Instant.compare).at(-1) ?? null;
}

/** Returns the upstream tasks, direct or not, that failed or were cancelled themselves. */
function causesOf(
  tasks: readonly Task[],
  taskId: string,
  counts: Counts,
): readonly { readonly taskId: string; readonly state: TaskState }[] {
  return [...upstreamOf(tasks, taskId, 'transitive')].flatMap((id) =>
    statesOf(counts, id)
      .filter((state) => state === 'failed' || state === 'cancelled')
      .map((state) => ({ taskId: id, state })),
  );
}

function statesOf(counts: Counts, taskId: string): readonly TaskState[] {
  const states = counts.get(taskId) ?? {};
  return TASK_STATES.filter((state) => (states[state] ?? 0) > 0);
}
