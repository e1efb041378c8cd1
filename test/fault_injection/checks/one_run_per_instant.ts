import type { RunFact, Violation } from '../verify/facts.ts';

/** E1: at most one run for an instant of a DAG's schedule. */
export function checkOneRunPerInstant(runs: readonly RunFact[]): readonly Violation[] {
  const scheduled = runs.filter(({ runType }) => runType !== 'manual');
  const byInstant = Map.groupBy(scheduled, ({ dagId, scheduledFor }) => `${dagId} at ${scheduledFor}`);
  return [...byInstant]
    .filter(([, same]) => same.length > 1)
    .map(([instant, same]) => ({
      invariant: 'E1',
      text: `${instant} has ${same.length} runs: ${same.map(({ runId }) => runId).join(', ')}`,
    }));
}
