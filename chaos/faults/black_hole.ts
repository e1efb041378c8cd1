import { setTimeout as pause } from 'node:timers/promises';
import { expectBack, type Fault } from '../world.ts';

/** The far worker's connections fall silent without being closed; when the line is back they are reset. */
export const blackHole: Fault = {
  name: 'black_hole',
  weight: 7,
  async inject(world, random) {
    if (world.fleet.far === null) await world.fleet.fill();
    const silentMs = random.chance(0.15)
      ? random.integer(5_000, 20_000)
      : random.integer(Math.round(world.leaseMs / 2), world.leaseMs * 3);
    world.proxy.stall();
    await pause(silentMs);
    world.proxy.cut();
    world.proxy.heal();
    const far = world.fleet.far;
    if (far !== null) expectBack(world, far, `silence for ${silentMs} ms`);
    return `the far worker ${far?.pid ?? 'is gone'}, for ${silentMs} ms`;
  },
};
