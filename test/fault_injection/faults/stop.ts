import { setTimeout as pause } from 'node:timers/promises';
import { expectBack, type Fault, pickVictim, type World } from '../campaign/world.ts';
import type { FleetWorker } from '../cluster/fleet.ts';

/** Stops a worker with SIGSTOP for half a lease to three leases, then SIGCONT: it comes back with stale results. */
export const stop: Fault = {
  name: 'stop',
  weight: 9,
  async inject(world, random) {
    const victim = await pickVictim(world, random);
    const stoppedMs = random.integer(Math.round(world.leaseMs / 2), world.leaseMs * 3);
    await stopFor(world, victim, stoppedMs);
    return `worker ${victim.pid} for ${stoppedMs} ms`;
  },
};

export async function stopFor(world: World, victim: FleetWorker, stoppedMs: number): Promise<void> {
  victim.isStopped = true;
  victim.signal('SIGSTOP');
  await pause(stoppedMs);
  victim.signal('SIGCONT');
  victim.isStopped = false;
  expectBack(world, victim, `SIGSTOP for ${stoppedMs} ms`);
}
