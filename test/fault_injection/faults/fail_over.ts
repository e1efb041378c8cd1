import { expectBack, type Fault } from '../campaign/world.ts';
import type { PrimaryFault, ReplicatedCluster } from '../cluster/replicated.ts';
import { untilSomeoneWorks } from './postgres.ts';

/** The primary dies or hangs, and after a while its standby is promoted and takes over its address. */
export function failOver(cluster: ReplicatedCluster): Fault {
  return {
    name: 'fail_over',
    weight: 1,
    async inject(world, random) {
      const fault = random.pick<PrimaryFault>(['dies', 'hangs']);
      const unreachableMs = random.integer(0, 4_000);
      const from = Temporal.Now.instant();
      await cluster.failOver(fault, unreachableMs);
      world.records.outages.push({ from, to: Temporal.Now.instant() });
      for (const worker of world.fleet.living) expectBack(world, worker, 'a failover');
      await untilSomeoneWorks(world);
      return `the primary ${fault}, noticed after ${unreachableMs} ms`;
    },
  };
}
