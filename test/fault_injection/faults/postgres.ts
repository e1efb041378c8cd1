import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../../../demo/world/random.ts';
import { expectBack, type Fault, type World } from '../campaign/world.ts';
import { retryDuringOutage } from '../cluster/retry_during_outage.ts';
import { claimAfter } from '../verify/read_facts.ts';

const GIVE_UP_MS = 20_000;
const LOOK_AGAIN_MS = 100;

/** Stops Postgres immediately, without a checkpoint, for a while, and restarts it, so that it recovers from its log. */
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
    await untilSomeoneWorks(world);
    return `unavailable for ${downMs} ms`;
  },
};

/** Waits until some worker has claimed a task, since restarts without work between them would test nothing. */
export async function untilSomeoneWorks({ pool, fleet }: World): Promise<void> {
  const from = Temporal.Now.instant();
  const giveUpAt = performance.now() + GIVE_UP_MS;
  while (performance.now() < giveUpAt) {
    for (const { pid } of fleet.living) {
      if ((await retryDuringOutage(() => claimAfter(pool, pid, from))) !== null) return;
    }
    await pause(LOOK_AGAIN_MS);
  }
}

/** Draws mostly moments, sometimes seconds, and rarely up to a minute. */
function drawDownMs(random: Random): number {
  const draw = random.integer(1, 100);
  if (draw <= 70) return random.integer(0, 1_000);
  if (draw <= 95) return random.integer(1_000, 5_000);
  return random.integer(5_000, 60_000);
}
