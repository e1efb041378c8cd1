import { type Fault, pickVictim } from '../campaign/world.ts';
import { drainNow } from './drain.ts';

const SHIFTS_MS = [2_000, 60_000, 3_600_000, 86_400_000, 365 * 86_400_000].flatMap((ms) => [ms, -ms]);

/** Replaces a worker by one with a wrong wall clock. */
export const clock: Fault = {
  name: 'clock',
  weight: 5,
  async inject(world, random) {
    const clockShiftMs = random.pick(SHIFTS_MS);
    const victim = await pickVictim(world, random);
    const shifted = await world.fleet.start({ isFar: victim.isFar, clockShiftMs });
    await drainNow(world, victim);
    return `worker ${shifted.pid} is off by ${clockShiftMs} ms and replaces ${victim.pid}`;
  },
};
