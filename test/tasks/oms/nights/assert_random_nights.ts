import fc from 'fast-check';
import type { OmsWorld } from '../oms_world.ts';
import { type BeforeFreeze, NIGHTS, Simulation, scenario } from './random.ts';

/** Works two random nights again and again, each time on an empty OMS, and checks every count after each. */
export async function assertRandomNights(
  oms: OmsWorld,
  {
    runs,
    beforeFreeze = async () => {},
    afterNight = async () => {},
  }: {
    readonly runs: number;
    readonly beforeFreeze?: BeforeFreeze;
    readonly afterNight?: (date: string) => Promise<void>;
  },
): Promise<void> {
  const { rows } = await oms.pool.query<{ tables: string }>(
    "select string_agg('oms.' || table_name, ', ') as tables from information_schema.tables where table_schema = 'oms'",
  );
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      await oms.pool.query(`truncate ${rows[0]?.tables}`);
      const simulation = new Simulation(oms, given, beforeFreeze);
      await simulation.open();
      for (const night of [0, 1] as const) {
        await simulation.night(night);
        await simulation.assertCounts(NIGHTS[night]);
        await afterNight(NIGHTS[night]);
      }
    }),
    { numRuns: runs },
  );
}
