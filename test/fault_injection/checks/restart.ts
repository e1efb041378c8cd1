import type { Kill, Outage, Restart, TransitionFact, Violation } from '../verify/facts.ts';
import { withoutOutagesMs } from './outage_time.ts';

/** Statements that a process sent before it died may take effect this much later. */
const IN_FLIGHT_MS = 500;

/**
 * Returns the tasks that ran on killed workers at the kill, and when each started again. Tasks that were given up, or
 * whose result was in flight, are left out; a task that could not be taken over before its late result arrived counts
 * as started then.
 *
 * @param transitions in order
 */
export function restartsAfter(
  kills: readonly Kill[],
  transitions: readonly TransitionFact[],
): readonly Restart[] {
  const byInstance = Map.groupBy(transitions, ({ instanceId }) => instanceId);
  return kills.flatMap(({ workerIds, at }) =>
    [...byInstance.values()].flatMap((own) => {
      const claimedAt = own.findLastIndex(
        (one) =>
          one.after === 'running' &&
          workerIds.includes(one.workerId ?? 0) &&
          Temporal.Instant.compare(one.at, at) <= 0,
      );
      const claim = own[claimedAt];
      if (claim === undefined) return [];
      const [next, start] = own.slice(claimedAt + 1);
      const base = { instanceId: claim.instanceId, killedAt: at };
      if (next === undefined) return [{ ...base, startedAt: null }];
      if (next.at.epochMilliseconds < at.epochMilliseconds + IN_FLIGHT_MS) return [];
      if (next.after !== 'queued') return [{ ...base, startedAt: next.at }];
      if (start !== undefined && start.after !== 'running') return [];
      return [{ ...base, startedAt: start?.at ?? null }];
    }),
  );
}

/** Returns how long a restart took, or has taken by `now`, without the time of outages. */
export function restartMs(restart: Restart, outages: readonly Outage[], now: Temporal.Instant): number {
  return withoutOutagesMs(restart.killedAt, restart.startedAt ?? now, outages);
}

/** E4: a dead worker's task starts again within `limitMs`. */
export function checkRestarts(
  restarts: readonly Restart[],
  outages: readonly Outage[],
  { limitMs, now }: { readonly limitMs: number; readonly now: Temporal.Instant },
): readonly Violation[] {
  return restarts
    .filter((restart) => restartMs(restart, outages, now) > limitMs)
    .map(({ instanceId, killedAt }) => ({
      invariant: 'E4',
      text: `instance ${instanceId} did not start within ${limitMs} ms of the kill of its worker at ${killedAt}`,
    }));
}
