import { setTimeout as pause } from 'node:timers/promises';
import { DEADLY } from '../campaign/shapes.ts';
import type { Fault, World } from '../campaign/world.ts';
import { retryDuringOutage } from '../cluster/retry_during_outage.ts';
import { unfinishedRuns, workerIdsOf } from '../verify/read_facts.ts';

/** The time in which a deadly task is started, dies with its worker, and is identified at its next start. */
const DONE_WITHIN_MS = 20_000;
const LOOK_AGAIN_MS = 50;

/**
 * Starts a run with a task that ends its process, beside the load's innocent tasks; the workers that it kills are
 * replaced.
 */
export const deadlyTask: Fault = {
  name: 'deadly_task',
  weight: 9,
  async inject(world, random) {
    const { fleet, load, pool } = world;
    const { dagId } = random.pick(DEADLY);
    fleet.hasDeadlyTasks = true;
    const runId = await load.trigger(dagId);
    const giveUpAt = performance.now() + DONE_WITHIN_MS;
    let isGoingOn = true;
    while (isGoingOn && performance.now() < giveUpAt) {
      await pause(LOOK_AGAIN_MS);
      await recordDeaths(world);
      await fleet.fill();
      isGoingOn = (await retryDuringOutage(() => unfinishedRuns(pool))).includes(runId);
    }
    return `${dagId} as run ${runId}`;
  },
};

async function recordDeaths({ fleet, pool, records }: World): Promise<void> {
  for (const { pid, at } of fleet.deathsByTask.splice(0)) {
    records.kills.push({ at, workerIds: await retryDuringOutage(() => workerIdsOf(pool, pid)) });
  }
}
