import type { PoolClient } from 'pg';
import { readSql } from '../../database/sql.ts';
import { type Revision, revisionKey } from '../../night.ts';

const LOST_COVER = readSql(import.meta.url, './lost_cover.sql');
const NAMED_MAX = 50;

/** Keys whose count the previous night set and this one left unchanged. */
export interface LostCover {
  readonly count: number;
  /** At most 50. */
  readonly first: readonly Readonly<Record<'facility_id' | 'product_id' | 'sku', string>>[];
}

/** Compares the keys that a reset has just recorded with those of the newest reset before it. */
export async function lostCover(client: PoolClient, night: Revision, batchId: string): Promise<LostCover> {
  const { rows } = await client.query<LostCover>(LOST_COVER, [...revisionKey(night), batchId, NAMED_MAX]);
  return rows[0] ?? { count: 0, first: [] };
}
