import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../../../demo/world/random.ts';
import { FAILPOINTS, type Failpoint } from '../../../runner/testing.ts';
import { TICK } from '../campaign/shapes.ts';
import { type Fault, pickVictim, type World } from '../campaign/world.ts';
import type { FleetWorker } from '../cluster/fleet.ts';
import { killNow, recordKill } from './kill.ts';
import { claimFor } from './lost_claim.ts';
import { stopFor } from './stop.ts';

/** Those between claim, send and mark of a delivery are a fault of their own. */
const POINTS = FAILPOINTS.filter((point) => !point.startsWith('deliver.'));

/** A failpoint that is not reached in this time is disarmed, and the trial had no effect. */
const DISARM_AFTER_MS = 3_000;
const LOOK_AGAIN_MS = 20;

/** Ends a worker at a failpoint of the engine, at a random pass. */
export const failpoint: Fault = {
  name: 'failpoint',
  weight: 27,
  async inject(world, random) {
    const point = random.pick(POINTS);
    const pass = isRare(point) ? 1 : random.integer(1, 5);
    const victim = await pickVictim(world, random);
    victim.arm({ point, pass, action: 'die' });
    await provoke(world, point, { victim, random });
    await Promise.race([victim.ended, pause(DISARM_AFTER_MS)]);
    const died = !(await victim.disarm());
    if (died) {
      victim.faultState = 'killed';
      await recordKill(world, victim);
      await world.fleet.fill();
    }
    return `worker ${victim.pid} at ${point}:${pass}${died ? '' : ', not passed'}`;
  },
};

const RARE = [
  'reap.',
  'release.',
  'requeue.',
  'schedule.',
  'finish.refused',
  'claim.in_pool',
  'close_run.',
  'start_run.',
  'finish.next_run',
];

function isRare(point: Failpoint): boolean {
  return RARE.some((prefix) => point.startsWith(prefix));
}

/** Provokes what leads to a failpoint that is rarely reached. */
async function provoke(
  world: World,
  point: Failpoint,
  { victim, random }: { readonly victim: FleetWorker; readonly random: Random },
): Promise<void> {
  if (point.startsWith('schedule.')) await world.load.pushSchedule(TICK, 4);
  if (point.startsWith('release.')) {
    for (let look = 0; look < 50 && (await claimFor(world.pool, victim.pid)) === 0; look += 1)
      await pause(LOOK_AGAIN_MS);
  }
  if (point.startsWith('reap.')) {
    const others = world.fleet.unharmed.filter((other) => other !== victim);
    if (others.length > 1) await killNow(world, random.pick(others));
  }
  if (point === 'finish.refused') await stopFor(world, victim, world.leaseMs * 2);
  if (point.startsWith('requeue.')) {
    victim.faultState = 'killed';
    victim.signal('SIGTERM');
  }
}
