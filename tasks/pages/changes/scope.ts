/** The batches and filters that an URL asks for. */
import type { Pool, PoolClient } from 'pg';
import { type DagRun, findRun, runOfInstance } from '../../../runner/history.ts';
import { batchesOfRun } from '../../changes/batches_of_run.ts';
import {
  type AppliedBatch,
  findBatches,
  findFacilityId,
  findProductId,
  instanceOf,
  lastNightBatchIds,
  type Scope,
} from '../../oms/changes/read_changes.ts';

export interface AskedChanges {
  /** The id of a run, or of a DAG for its newest one; null for the night that was applied last. */
  readonly run: string | null;
  readonly sku: string | null;
  readonly facility: string | null;
}

export interface FoundScope {
  /** No batches where the run changed nothing. */
  readonly scope: Scope;
  /** The run of this runner that applied the night, for the night that was applied last; null if another did. */
  readonly run: DagRun | null;
  /** Batches that the run found applied by another. */
  readonly repeated: readonly AppliedBatch[];
  /** The filters that name nothing in the OMS. */
  readonly unknown: readonly ('sku' | 'facility')[];
}

/** Returns an empty field of a form as null. */
export function askedChanges(run: string | null, query: URLSearchParams): AskedChanges {
  const given = (name: string) => query.get(name)?.trim() || null;
  return { run: run ?? given('run'), sku: given('sku'), facility: given('facility') };
}

/** @throws NotFound if there is no such run */
export async function findScope(pool: Pool, client: PoolClient, asked: AskedChanges): Promise<FoundScope> {
  const found =
    asked.run === null ? await lastNight(pool, client) : await batchesOfRun(pool, client, asked.run);
  return await filterScope(client, asked, found);
}

/** Resolves the filters in the OMS, or in the mirror of a shadow run. */
export async function filterScope(
  client: PoolClient,
  { sku, facility }: AskedChanges,
  found: Pick<FoundScope, 'run' | 'repeated'> & { readonly batches: readonly AppliedBatch[] },
): Promise<FoundScope> {
  const productId = sku === null ? null : await findProductId(client, sku);
  const facilityId = facility === null ? null : await findFacilityId(client, facility);
  return {
    scope: { batches: found.batches, productId, facilityId },
    run: found.run,
    repeated: found.repeated,
    unknown: [
      ...(sku !== null && productId === null ? (['sku'] as const) : []),
      ...(facility !== null && facilityId === null ? (['facility'] as const) : []),
    ],
  };
}

async function lastNight(pool: Pool, client: PoolClient) {
  const batches = await findBatches(client, await lastNightBatchIds(client));
  return { batches, run: await runOfBatches(pool, batches), repeated: [] };
}

async function runOfBatches(pool: Pool, batches: readonly AppliedBatch[]): Promise<DagRun | null> {
  for (const batch of batches) {
    const instanceId = instanceOf(batch);
    const runId = instanceId === null ? null : await runOfInstance(pool, instanceId, batch.business_date);
    if (runId !== null) return await findRun(pool, runId);
  }
  return null;
}
