import type { Pool } from 'pg';
import { type Backfill, findBackfill } from '../../../store/backfill/backfill.ts';
import { listBackfills } from '../../../store/backfill/report.ts';
import { findNamed } from '../../dag/find_named.ts';

/** Returns the backfill that a person names: by its id, or as the newest of a DAG. @throws CommandError (not found) */
export async function findNamedBackfill(pool: Pool, name: string): Promise<Backfill> {
  return await findNamed(pool, name, {
    noun: 'backfill',
    listCommand: 'stockflow backfill list',
    findById: (backfillId) => findBackfill(pool, backfillId),
    newestOf: async (dagId) => (await listBackfills(pool, { dagId, limit: 1 }))[0],
    firstText: (dagId) => `stockflow backfill create ${dagId} --help shows how one is made`,
  });
}
