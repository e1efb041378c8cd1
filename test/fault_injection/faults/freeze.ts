import { setTimeout as pause } from 'node:timers/promises';
import type { Failpoint } from '../../../runner/testing.ts';
import { expectBack, type Fault, pickVictim, recordSilence } from '../campaign/world.ts';

/** Failpoints at which a worker holds the locks of a run, a DAG or a pool. */
const IN_TRANSACTION: readonly Failpoint[] = [
  'claim.in_pool',
  'finish.locked',
  'finish.settled',
  'finish.jobs_added',
  'finish.before_commit',
  'finish.next_run_locked',
  'advance.applied',
];
const REACHED_WITHIN_MS = 1_000;
const WAKE_EVERY_MS = 50;

/** Stops a worker while it holds locks, and continues it long after its lease has expired. */
export const freeze: Fault = {
  name: 'freeze',
  weight: 1,
  async inject(world, random) {
    const point = random.pick(IN_TRANSACTION);
    const victim = await pickVictim(world, random);
    victim.arm({ point, pass: 1, action: 'stop' });
    await pause(REACHED_WITHIN_MS);
    const from = Temporal.Now.instant();
    const lastedMs = random.integer(world.leaseMs * 3, 18_000);
    await pause(lastedMs);
    await recordSilence(world, victim, { from, lastedMs });
    // Repeatedly, since it may reach the failpoint just before it is disarmed.
    const waking = setInterval(() => victim.signal('SIGCONT'), WAKE_EVERY_MS);
    await victim.disarm();
    clearInterval(waking);
    expectBack(world, victim, `freezing at ${point}`);
    return `worker ${victim.pid} at ${point} for ${lastedMs} ms`;
  },
};
