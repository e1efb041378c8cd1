import { type ListedBackfill, listBackfills } from '../../store/backfill/report.ts';
import type { Queryable } from '../../store/queryable.ts';
import { type Page, type PageRequest, pageOf } from '../page.ts';

/** Returns a page of backfills, newest first. @param request.dagId null for those of all DAGs */
export async function readBackfills(
  db: Queryable,
  request: PageRequest & { readonly dagId: string | null },
): Promise<Page<ListedBackfill>> {
  const found = await listBackfills(db, { ...request, limit: request.limit + 1 });
  return pageOf(found, request.limit, ({ backfillId }) => backfillId);
}
