import { setTimeout as pause } from 'node:timers/promises';
import { FAILPOINTS } from '../../../runner/testing.ts';
import { FAILING, RECOVERING } from '../campaign/shapes.ts';
import type { Fault } from '../campaign/world.ts';
import { recordKill } from './kill.ts';

/** Between claiming a delivery and sending it, sending and marking it, and after that. */
const POINTS = FAILPOINTS.filter((point) => point.startsWith('deliver.'));

/** An alert is written when a short run ends, and gathers others of its cause for 3 s. */
const REACHED_WITHIN_MS = 8_000;

/** Ends whichever worker is the next to deliver an alert, at a point of the delivery. */
export const delivery: Fault = {
  name: 'delivery',
  weight: 12,
  async inject(world, random) {
    const point = random.pick(POINTS);
    const { fleet, load } = world;
    if (fleet.unharmed.length < 2) await fleet.fill();
    const armed = fleet.unharmed;
    for (const worker of armed) worker.arm({ point, pass: 1, action: 'die' });
    await load.trigger(random.pick([FAILING, RECOVERING]));
    await Promise.race([pause(REACHED_WITHIN_MS), ...armed.map(({ ended }) => ended)]);
    const died: number[] = [];
    for (const worker of armed) {
      if (await worker.disarm()) continue;
      worker.faultState = 'killed';
      await recordKill(world, worker);
      died.push(worker.pid);
    }
    await fleet.fill();
    return `${point}: ${died.length === 0 ? 'not passed' : `workers ${died.join(', ')}`}`;
  },
};
