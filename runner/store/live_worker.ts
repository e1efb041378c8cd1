import type { Queryable } from './queryable.ts';

/** Workers whose lease holds. */
export async function countLiveWorkers(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*) as count from stockflow.worker
      where stopped_at is null and lost_at is null and lease_expires_at > now()`,
  );
  return rows[0]?.count ?? 0;
}
