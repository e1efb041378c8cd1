import type { Outage } from '../verify/facts.ts';

/** Returns the milliseconds between two instants that lie outside the outages. */
export function withoutOutagesMs(
  from: Temporal.Instant,
  to: Temporal.Instant,
  outages: readonly Outage[],
): number {
  const [start, end] = [from.epochMilliseconds, to.epochMilliseconds];
  const unavailable = outages.map((outage) =>
    Math.max(Math.min(end, outage.to.epochMilliseconds) - Math.max(start, outage.from.epochMilliseconds), 0),
  );
  return end - start - unavailable.reduce((sum, ms) => sum + ms, 0);
}
