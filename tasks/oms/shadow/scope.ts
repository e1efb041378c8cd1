import type { PoolClient } from 'pg';
import { readSql } from '../database/sql.ts';
import type { Night } from '../night.ts';

const SCOPE = readSql(import.meta.url, './mirror/scope.sql');

export interface NightScope {
  readonly productIds: readonly string[];
  readonly since: Temporal.Instant;
}

/** Returns what a night is about: the given products and those that it was frozen with, from a day before its snapshots. */
export async function scopeOfNight(
  mirror: PoolClient,
  {
    night,
    productIds,
    snapshots,
  }: {
    readonly night: Night;
    readonly productIds: readonly string[];
    readonly snapshots: readonly Temporal.Instant[];
  },
): Promise<NightScope> {
  const { rows } = await mirror.query<{ product_ids: string[]; since: Temporal.Instant }>(SCOPE, [
    productIds,
    snapshots,
    night.externalSystemId,
    night.businessDate,
  ]);
  const [row] = rows;
  if (row === undefined) throw new Error('a scope has no row');
  return { productIds: row.product_ids, since: row.since };
}
