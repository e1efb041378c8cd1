import type { Outage, Recovery, UnexplainedEnd, Violation } from '../verify/facts.ts';
import { withoutOutagesMs } from './outage_time.ts';

/** E7: no worker is permanently dead unless it was killed: it neither ends by itself nor stays idle after a fault. */
export function checkRecoveries(
  recoveries: readonly Recovery[],
  unexplainedEnds: readonly UnexplainedEnd[],
  {
    outages,
    limitMs,
    now,
  }: { readonly outages: readonly Outage[]; readonly limitMs: number; readonly now: Temporal.Instant },
): readonly Violation[] {
  const idle = recoveries
    .filter(({ from, workedAt }) => withoutOutagesMs(from, workedAt ?? now, outages) > limitMs)
    .map(
      ({ pid, after, from }) => `worker ${pid} did not work within ${limitMs} ms after ${after} at ${from}`,
    );
  const ended = unexplainedEnds.map(
    ({ pid, end, lastLines }) =>
      `worker ${pid} ended by itself with ${end}: ${lastLines.slice(-12).join(' | ')}`,
  );
  return [...idle, ...ended].map((text) => ({ invariant: 'E7', text }));
}
