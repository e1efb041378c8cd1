import type { Acknowledged, TransitionFact, Violation } from '../verify/facts.ts';

/** E7: every acknowledged result is in the database, even after a crash of the server. */
export function checkAcknowledgedKept(
  acknowledged: readonly Acknowledged[],
  transitions: readonly TransitionFact[],
): readonly Violation[] {
  const kept = new Set(
    transitions
      .filter(({ before }) => before === 'running')
      .map(({ instanceId, beforeToken, after }) => `${instanceId}:${beforeToken}:${after}`),
  );
  return acknowledged
    .filter(({ instanceId, token, state }) => !kept.has(`${instanceId}:${token}:${state}`))
    .map(({ instanceId, token, state }) => ({
      invariant: 'E7',
      text: `${instanceId}:${token} was acknowledged as ${state}, and is not in the database`,
    }));
}
