import { setTimeout as pause } from 'node:timers/promises';
import { expectBack, type Fault, recordSilence } from '../campaign/world.ts';

/**
 * The far worker's connections fall silent without being closed. Afterwards they are reset, or, which is worse, stay
 * open and never deliver the lost answers.
 */
export const blackHole: Fault = {
  name: 'black_hole',
  weight: 7,
  async inject(world, random) {
    if (world.fleet.far === null) await world.fleet.fill();
    const silentMs = random.chance(0.1)
      ? random.integer(5_000, 20_000)
      : random.integer(Math.round(world.leaseMs / 2), world.leaseMs * 3);
    const from = Temporal.Now.instant();
    world.proxy.stall();
    await pause(silentMs);
    if (world.fleet.far !== null) await recordSilence(world, world.fleet.far, { from, lastedMs: silentMs });
    const after = random.pick(['reset', 'left half open']);
    if (after === 'reset') world.proxy.cut();
    world.proxy.heal();
    const far = world.fleet.far;
    if (far !== null) {
      far.isHalfOpen ||= after !== 'reset';
      expectBack(world, far, `silence for ${silentMs} ms`);
    }
    return `the far worker ${far?.pid ?? 'is gone'}, for ${silentMs} ms, then ${after}`;
  },
};
