import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../../demo/random.ts';
import { expectBack, type Fault } from '../world.ts';

/** Postgres stops at once, without a checkpoint, stays away, and recovers from its log. */
export const postgres: Fault = {
  name: 'postgres',
  weight: 6,
  async inject(world, random) {
    const downMs = drawDownMs(random);
    const from = Temporal.Now.instant();
    await world.cluster.crash();
    await pause(downMs);
    await world.cluster.start();
    world.records.outages.push({ from, to: Temporal.Now.instant() });
    for (const worker of world.fleet.living) expectBack(world, worker, 'a restart of Postgres');
    return `away for ${downMs} ms`;
  },
};

/** Mostly moments, sometimes seconds, once in a while up to a minute. */
function drawDownMs(random: Random): number {
  const draw = random.integer(1, 100);
  if (draw <= 70) return random.integer(0, 1_000);
  if (draw <= 95) return random.integer(1_000, 5_000);
  return random.integer(5_000, 60_000);
}
