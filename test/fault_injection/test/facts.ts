/** Small valid histories for the checks; each test invalidates one fact. */
import type { AttemptFact, InstanceFact, RunFact, TransitionFact } from '../verify/facts.ts';

/** Returns the instant so many ms after the start of the history. */
export function at(ms: number): Temporal.Instant {
  return Temporal.Instant.from('2026-01-02T03:04:05Z').add({ milliseconds: ms });
}

const SOURCE = [
  'dag_id: story',
  'timezone: UTC',
  'schedule: null',
  'tasks:',
  '  - {task_id: first, type: step, with: {label: v7}}',
  '  - {task_id: second, type: step, with: {label: v7}, depends_on: [{task_id: first, delay: 1s}]}',
  '',
].join('\n');

export const run: RunFact = {
  runId: 1,
  dagId: 'story',
  dagVersionId: 70,
  runType: 'scheduled',
  state: 'success',
  scheduledFor: at(0),
  source: SOURCE,
};

export function instance(
  instanceId: number,
  taskId: string,
  changes: Partial<InstanceFact> = {},
): InstanceFact {
  return {
    ...{ instanceId, taskId, runId: 1, mapIndex: -1, state: 'success', token: 1 },
    output: { token: `${instanceId}-1`, label: 'v7' },
    ...{ errorClass: null, errorText: null, finishedAt: at(100) },
    ...changes,
  };
}

export function attempt(instanceId: number, changes: Partial<AttemptFact> = {}): AttemptFact {
  return {
    ...{
      instanceId,
      attemptNumber: 1,
      token: 1,
      state: 'success',
      workerId: 5,
      finishedAt: at(100),
      errorText: null,
    },
    ...changes,
  };
}

/**
 * Builds a history. `moves` are `ms state` pairs of one instance, from `none`; the token grows when it leaves `none`
 * or is queued again.
 */
export function history(
  instanceId: number,
  ...moves: readonly (readonly [number, string])[]
): TransitionFact[] {
  let before = 'none';
  let token = 0;
  return moves.map(([ms, after]) => {
    const beforeToken = token;
    if (before === 'none' || after === 'queued') token += 1;
    const move: TransitionFact = {
      ...{
        transitionId: ms,
        at: at(ms),
        runId: 1,
        instanceId,
        before,
        after,
        beforeToken,
        afterToken: token,
      },
      ...{ workerId: after === 'running' || before === 'running' ? 5 : null, byOperator: false },
    };
    before = after;
    return move;
  });
}
