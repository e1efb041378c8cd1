import type { Kill, Outage, Restart, TransitionFact, Violation } from '../facts.ts';
import { withoutOutagesMs } from './outage_time.ts';

/**
 * What ran on killed workers when they were killed, and when it started again. A task that ended otherwise (it was
 * quarantined, or its result was in before the process was dead) is left out.
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
      const later = own.slice(claimedAt + 1);
      const [next] = later;
      if (next !== undefined && (next.after !== 'queued' || Temporal.Instant.compare(next.at, at) < 0))
        return [];
      if (later[1] !== undefined && later[1].after !== 'running') return [];
      return [{ instanceId: claim.instanceId, killedAt: at, startedAt: later[1]?.at ?? null }];
    }),
  );
}

/** How long a restart took, or has taken by `now`, without the time in which Postgres was away. */
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
