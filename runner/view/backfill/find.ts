import { type Backfill, findBackfill } from '../../store/backfill/backfill.ts';
import { listBackfills } from '../../store/backfill/report.ts';
import type { Queryable } from '../../store/queryable.ts';
import { findNamed } from '../find_named.ts';

/** Returns the backfill that a person names: by its id, or as the newest of a DAG. @throws NotFound */
export async function findNamedBackfill(db: Queryable, name: string): Promise<Backfill> {
  return await findNamed(db, name, {
    noun: 'backfill',
    findById: (backfillId) => findBackfill(db, backfillId),
    newestOf: async (dagId) => (await listBackfills(db, { dagId, limit: 1 }))[0],
  });
}
