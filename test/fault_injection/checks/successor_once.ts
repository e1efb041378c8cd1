import { type Dag, parseDag, type Task } from '../../../runner/index.ts';
import type { CampaignFacts, InstanceFact, RunFact, TransitionFact, Violation } from '../verify/facts.ts';

const TERMINAL = ['success', 'failed', 'upstream_failed', 'skipped', 'cancelled'];

/** The trigger rules of the campaign's DAGs: whether a task may run, by the states of its upstream instances. */
const MAY_RUN: Readonly<Record<string, (states: readonly string[]) => boolean>> = {
  all_success: (states) => states.every((state) => state === 'success'),
  all_done: (states) => states.every((state) => TERMINAL.includes(state)),
  one_failed: (states) => states.some((state) => ['failed', 'upstream_failed', 'cancelled'].includes(state)),
};

/**
 * E5: a task is decided once, has at most one final result, and neither before its rule is met nor before its delays
 * are over. For runs without an operator's action.
 */
export function checkSuccessors(
  facts: Pick<CampaignFacts, 'runs' | 'instances' | 'attempts' | 'transitions' | 'effects'>,
): readonly Violation[] {
  const instances = Map.groupBy(facts.instances, ({ runId }) => runId);
  const transitions = Map.groupBy(facts.transitions, ({ runId }) => runId);
  const attempts = Map.groupBy(facts.attempts, ({ instanceId }) => instanceId);
  const effects = Map.groupBy(facts.effects, ({ token }) => Number(token.split('-')[0]));
  return facts.runs.flatMap((run) => {
    const changes = transitions.get(run.runId) ?? [];
    if (changes.some(({ byOperator }) => byOperator)) return [];
    const own = instances.get(run.runId) ?? [];
    const dag = dagOf(run);
    const byTask = Map.groupBy(own, ({ taskId }) => taskId);
    const history = Map.groupBy(changes, ({ instanceId }) => instanceId);
    return own.flatMap((instance) => {
      const task = dag.tasks.find(({ taskId }) => taskId === instance.taskId);
      if (task === undefined) return [violation(instance, 'is no task of its version')];
      const moves = history.get(instance.instanceId) ?? [];
      const successes = (attempts.get(instance.instanceId) ?? []).filter(
        ({ state }) => state === 'success',
      ).length;
      const starts = (effects.get(instance.instanceId) ?? []).filter(({ phase }) => phase === 'start');
      return [
        ...decidedOnce(instance, moves),
        ...(successes > 1 ? [violation(instance, `has ${successes} successful attempts`)] : []),
        ...(instance.state === 'success' && successes === 0
          ? [violation(instance, 'succeeded without an attempt')]
          : []),
        ...(instance.state === 'success' && starts.length === 0
          ? [violation(instance, 'succeeded without a start')]
          : []),
        ...notTooEarly(task, instance, moves, { byTask, history }),
        ...afterDelays(task, instance, starts[0]?.at ?? null, { byTask, history }),
      ];
    });
  });
}

interface Run {
  readonly byTask: ReadonlyMap<string, readonly InstanceFact[]>;
  readonly history: ReadonlyMap<number, readonly TransitionFact[]>;
}

function decidedOnce(instance: InstanceFact, moves: readonly TransitionFact[]): readonly Violation[] {
  const decisions = moves.filter(({ before, after }) => before === 'none' && after !== 'none').length;
  const isDecided = instance.state !== 'none';
  return decisions === (isDecided ? 1 : 0) ? [] : [violation(instance, `was decided ${decisions} times`)];
}

function notTooEarly(
  task: Task,
  instance: InstanceFact,
  moves: readonly TransitionFact[],
  run: Run,
): readonly Violation[] {
  const begun = moves.find(
    ({ before, after }) => before === 'none' && ['queued', 'deferred', 'running'].includes(after),
  );
  if (begun === undefined || task.dependsOn.length === 0) return [];
  const mayRun = MAY_RUN[task.triggerRule];
  if (mayRun === undefined) throw new Error(`the check knows no trigger rule ${task.triggerRule}`);
  const states = upstreamOf(task, run).map((upstream) =>
    stateBefore(run.history.get(upstream.instanceId) ?? [], begun.transitionId),
  );
  return mayRun(states) ? [] : [violation(instance, `began while its upstreams were ${states.join(', ')}`)];
}

function afterDelays(
  task: Task,
  instance: InstanceFact,
  startedAt: Temporal.Instant | null,
  run: Run,
): readonly Violation[] {
  if (startedAt === null) return [];
  return task.dependsOn.flatMap(({ taskId, delayMs }) => {
    const isEarly = (run.byTask.get(taskId) ?? []).some(
      ({ state, finishedAt }) =>
        state === 'success' &&
        finishedAt !== null &&
        startedAt.epochMilliseconds < finishedAt.epochMilliseconds + delayMs,
    );
    return isEarly ? [violation(instance, `started less than ${delayMs} ms after ${taskId}`)] : [];
  });
}

function upstreamOf(task: Task, run: Run): readonly InstanceFact[] {
  return task.dependsOn.flatMap(({ taskId }) => run.byTask.get(taskId) ?? []);
}

/** @param moves the transitions of one instance, in order */
function stateBefore(moves: readonly TransitionFact[], transitionId: number): string {
  return moves.findLast((move) => move.transitionId < transitionId)?.after ?? 'none';
}

const parsed = new Map<number, Dag>();

function dagOf({ dagId, dagVersionId, source }: RunFact): Dag {
  const known = parsed.get(dagVersionId);
  if (known !== undefined) return known;
  const { dag } = parseDag(source, `${dagId}.yaml`);
  if (dag === null) throw new Error(`version ${dagVersionId} of ${dagId} is not valid`);
  parsed.set(dagVersionId, dag);
  return dag;
}

function violation({ runId, taskId, mapIndex, instanceId }: InstanceFact, what: string): Violation {
  return { invariant: 'E5', text: `run ${runId} ${taskId}[${mapIndex}] (instance ${instanceId}) ${what}` };
}
