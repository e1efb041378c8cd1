import type { Pool } from 'pg';
import type { Random } from '../../../demo/world/random.ts';
import type { Proxy as TcpProxy } from '../../support/tcp_proxy.ts';
import type { ChaosCluster } from '../cluster/cluster.ts';
import type { Fleet, FleetWorker } from '../cluster/fleet.ts';
import { retryDuringOutage } from '../cluster/retry_during_outage.ts';
import type { Drain, Kill, Outage } from '../verify/facts.ts';
import { workerIdsOf } from '../verify/read_facts.ts';
import type { Load } from './load.ts';

/** What the faults act on, and where they write down what they did. */
export interface World {
  readonly cluster: ChaosCluster;
  readonly fleet: Fleet;
  readonly proxy: TcpProxy;
  readonly pool: Pool;
  readonly load: Load;
  readonly leaseMs: number;
  readonly graceMs: number;
  readonly records: Records;
}

export interface Records {
  readonly kills: Kill[];
  readonly drains: Drain[];
  readonly outages: Outage[];
  /** Workers that must work again by themselves. */
  readonly awaited: {
    readonly worker: FleetWorker;
    readonly after: string;
    readonly from: Temporal.Instant;
  }[];
}

export interface Fault {
  readonly name: string;
  /** How often it is drawn, relative to the others. */
  readonly weight: number;
  /** Does its harm, and waits until the harm itself is over. @returns what it did, to reproduce it by */
  inject(world: World, random: Random): Promise<string>;
}

/** A worker to harm: one to which nothing is being done. */
export async function pickVictim({ fleet }: World, random: Random): Promise<FleetWorker> {
  if (fleet.unharmed.length < 2) await fleet.fill();
  return random.pick(fleet.unharmed);
}

/** From now on: what was done to it before is forgotten, as it could not come back from that meanwhile. */
export function expectBack({ records }: World, worker: FleetWorker, after: string): void {
  const others = records.awaited.filter((awaited) => awaited.worker !== worker);
  records.awaited.splice(0, records.awaited.length, ...others);
  records.awaited.push({ worker, after, from: Temporal.Now.instant() });
}

/** Silence longer than this is as good as death: what ran there must have started elsewhere. */
const LIKE_DEATH_MS = 15_000;

/** Counts a long silence as a kill at its beginning. */
export async function recordSilence(
  { pool, records }: World,
  worker: FleetWorker,
  silence: { readonly from: Temporal.Instant; readonly lastedMs: number },
): Promise<void> {
  if (silence.lastedMs < LIKE_DEATH_MS) return;
  records.kills.push({
    at: silence.from,
    workerIds: await retryDuringOutage(() => workerIdsOf(pool, worker.pid)),
  });
}
