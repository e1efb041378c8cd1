import type { Pool } from 'pg';
import type { Random } from '../../../demo/world/random.ts';
import type { Proxy as TcpProxy } from '../../support/tcp_proxy.ts';
import type { CampaignDatabase } from '../cluster/cluster.ts';
import type { Fleet, FleetWorker } from '../cluster/fleet.ts';
import type { AlertReceiver } from '../cluster/receiver.ts';
import { retryDuringOutage } from '../cluster/retry_during_outage.ts';
import type { Drain, Kill, Outage } from '../verify/facts.ts';
import { workerIdsOf } from '../verify/read_facts.ts';
import type { Load } from './load.ts';

/** The processes and the database that faults act on, and the records of the injected faults. */
export interface World {
  readonly cluster: CampaignDatabase;
  readonly fleet: Fleet;
  readonly proxy: TcpProxy;
  readonly receiver: AlertReceiver;
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
  /** Workers that must resume working by themselves. */
  readonly awaited: {
    readonly worker: FleetWorker;
    readonly after: string;
    readonly from: Temporal.Instant;
  }[];
}

export interface Fault {
  readonly name: string;
  /** Its relative frequency. */
  readonly weight: number;
  /**
   * Injects the fault and waits until its direct effect is over.
   * @returns a description that allows to reproduce it
   */
  inject(world: World, random: Random): Promise<string>;
}

/** Picks a worker that no other fault is acting on. */
export async function pickVictim({ fleet }: World, random: Random): Promise<FleetWorker> {
  if (fleet.unharmed.length < 2) await fleet.fill();
  return random.pick(fleet.unharmed);
}

/** Expects the worker back from now on; earlier expectations are dropped, since this fault delays them. */
export function expectBack({ records }: World, worker: FleetWorker, after: string): void {
  const others = records.awaited.filter((awaited) => awaited.worker !== worker);
  records.awaited.splice(0, records.awaited.length, ...others);
  records.awaited.push({ worker, after, from: Temporal.Now.instant() });
}

/** A longer silence is treated as death: its tasks must have started elsewhere. */
const LIKE_DEATH_MS = 15_000;

/** Records a long silence as a kill at its beginning. */
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
