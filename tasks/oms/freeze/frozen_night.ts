import type { PoolClient } from 'pg';
import { readSql } from '../database/sql.ts';
import { type Revision, revisionKey, type Snapshot } from '../night.ts';

const SELECT = readSql(import.meta.url, './select/freeze.sql');

/** A product sold online and its id in tonight's files. */
export interface ActiveProduct {
  readonly productId: string;
  readonly idValue: string;
}

/** The recorded freeze of one revision of a night. */
export interface FrozenNight {
  readonly snapshot: Snapshot;
  readonly goLive: Temporal.Instant | null;
  readonly idType: string;
  readonly products: readonly ActiveProduct[];
  /** Expectations written at the freeze; `expectationCountNow` is their present number. */
  readonly expectationCount: number;
  readonly expectationCountNow: number;
  /**
   * Batches of this system's other nights and revisions that were applied at the freeze; the `Now` field is their
   * present number.
   */
  readonly earlierBatchCount: number;
  readonly earlierBatchCountNow: number;
  /** Whether its reset was applied, so that the freeze must stay. */
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

/** Finds the freeze; null if the revision was never frozen. */
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
