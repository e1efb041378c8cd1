import type { PoolClient } from 'pg';
import { readSql } from '../database/sql.ts';
import { type Revision, revisionKey, type Snapshot } from '../night.ts';

const SELECT = readSql(import.meta.url, './select/freeze.sql');

/** A product sold online and the id by which tonight's files name it. */
export interface ActiveProduct {
  readonly productId: string;
  readonly idValue: string;
}

/** What the freeze of one revision of a night recorded. */
export interface FrozenNight {
  readonly snapshot: Snapshot;
  readonly goLive: Temporal.Instant | null;
  readonly idType: string;
  readonly products: readonly ActiveProduct[];
  /** Expectations written then; `Now` is how many there are. */
  readonly expectationCount: number;
  readonly expectationCountNow: number;
  /** Batches of this system's other nights and revisions that had been applied then; `Now` is how many there are. */
  readonly earlierBatchCount: number;
  readonly earlierBatchCountNow: number;
  /** Its reset was applied, so that it must stay as it is. */
  readonly isApplied: boolean;
}

interface Row {
  snapshot_at: Temporal.Instant;
  facility_snapshots: Record<string, string>;
  go_live: Temporal.Instant | null;
  id_type: string;
  product_ids: string[];
  id_values: string[];
  expectation_count: number;
  expectation_count_now: number;
  earlier_batch_count: number;
  earlier_batch_count_now: number;
  is_applied: boolean;
}

/** Null where the revision was never frozen. */
export async function findFrozenNight(client: PoolClient, revision: Revision): Promise<FrozenNight | null> {
  const { rows } = await client.query<Row>(SELECT, [...revisionKey(revision)]);
  const row = rows[0];
  if (row === undefined) return null;
  const own = Object.entries(row.facility_snapshots);
  return {
    snapshot: {
      at: row.snapshot_at,
      byFacility: new Map(own.map(([facilityId, at]) => [facilityId, Temporal.Instant.from(at)])),
    },
    goLive: row.go_live,
    idType: row.id_type,
    products: row.product_ids.map((productId, index) => ({ productId, idValue: row.id_values[index] ?? '' })),
    expectationCount: row.expectation_count,
    expectationCountNow: row.expectation_count_now,
    earlierBatchCount: row.earlier_batch_count,
    earlierBatchCountNow: row.earlier_batch_count_now,
    isApplied: row.is_applied,
  };
}
