import { setTimeout as pause } from 'node:timers/promises';
import { type Fault, pickVictim, type World } from '../campaign/world.ts';
import type { FleetWorker } from '../cluster/fleet.ts';
import { retryDuringOutage } from '../cluster/retry_during_outage.ts';
import { workerIdsOf } from '../verify/read_facts.ts';

/** A worker that has not ended by then is killed. */
const GIVE_UP_MS = 20_000;

/** The time for a task to notice its signal, and for the process to end. */
const ALLOWANCE_MS = 3_000;

/** The time for a worker whose database does not answer; then its lease expires. */
const SILENT_DATABASE_MS = 10_000;

/** Sends SIGTERM under load. */
export const drain: Fault = {
  name: 'drain',
  weight: 6,
  async inject(world, random) {
    const victim = await pickVictim(world, random);
    await drainNow(world, victim);
    await world.fleet.fill();
    return `worker ${victim.pid}`;
  },
};

export async function drainNow({ pool, records, graceMs }: World, victim: FleetWorker): Promise<void> {
  const workerIds = await retryDuringOutage(() => workerIdsOf(pool, victim.pid));
  const at = Temporal.Now.instant();
  const startedMs = performance.now();
  victim.faultState = 'draining';
  victim.signal('SIGTERM');
  const waiting = new AbortController();
  await Promise.race([
    victim.ended,
    pause(GIVE_UP_MS, undefined, { signal: waiting.signal, ref: false }),
  ]).finally(() => waiting.abort());
  const tookMs = Math.round(performance.now() - startedMs);
  victim.signal('SIGKILL');
  const allowanceMs = ALLOWANCE_MS + (victim.isHalfOpen ? SILENT_DATABASE_MS : 0);
  records.drains.push({
    pid: victim.pid,
    ...{ workerIds, at, graceMs, allowanceMs, tookMs },
    end: await victim.ended,
  });
}
