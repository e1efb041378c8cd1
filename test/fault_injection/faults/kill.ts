import { type Fault, pickVictim, type World } from '../campaign/world.ts';
import type { FleetWorker } from '../cluster/fleet.ts';
import { retryDuringOutage } from '../cluster/retry_during_outage.ts';
import { workerIdsOf } from '../verify/read_facts.ts';

/** Kills a worker with SIGKILL and starts a new one. */
export const kill: Fault = {
  name: 'kill',
  weight: 18,
  async inject(world, random) {
    const victim = await pickVictim(world, random);
    await killNow(world, victim);
    await world.fleet.fill();
    return `worker ${victim.pid}`;
  },
};

/** Kills every worker at once. */
export const killAll: Fault = {
  name: 'kill_all',
  weight: 1,
  async inject(world) {
    const victims = world.fleet.living;
    await Promise.all(victims.map((victim) => killNow(world, victim)));
    await world.fleet.fill();
    return `workers ${victims.map(({ pid }) => pid).join(', ')}`;
  },
};

export async function killNow(world: World, victim: FleetWorker): Promise<void> {
  victim.faultState = 'killed';
  victim.signal('SIGKILL');
  await victim.ended;
  await recordKill(world, victim);
}

export async function recordKill({ pool, records }: World, victim: FleetWorker): Promise<void> {
  const at = Temporal.Now.instant();
  records.kills.push({ at, workerIds: await retryDuringOutage(() => workerIdsOf(pool, victim.pid)) });
}
