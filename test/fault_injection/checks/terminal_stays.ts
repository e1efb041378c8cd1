import type { OperatorEvent, TransitionFact, Violation } from '../verify/facts.ts';

const TERMINAL = ['success', 'failed', 'upstream_failed', 'skipped', 'cancelled'];
const ACTIONS = ['task.cleared', 'task.marked'];

/** E6: a terminal state changes only by a recorded action of an operator. */
export function checkTerminalStays(
  transitions: readonly TransitionFact[],
  operatorEvents: readonly OperatorEvent[],
): readonly Violation[] {
  const recorded = new Set(
    operatorEvents.filter(({ action }) => ACTIONS.includes(action)).map(({ runId }) => runId),
  );
  return transitions
    .filter(({ before, after }) => TERMINAL.includes(before) && after !== before)
    .filter(({ byOperator, runId }) => !byOperator || !recorded.has(runId))
    .map(({ runId, instanceId, before, after, byOperator }) => ({
      invariant: 'E6',
      text: `run ${runId} instance ${instanceId}: ${before} became ${after}, ${byOperator ? 'unrecorded' : 'by no operator'}`,
    }));
}
