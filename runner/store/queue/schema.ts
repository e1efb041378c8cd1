import type { Queryable } from '../queryable.ts';

/** The schema of graphile-worker; its migrations are listed under this name too. */
export const QUEUE_SCHEMA = 'graphile_worker';

/** Returns true if the queue's own schema is installed in this database; a worker upgrades it when it starts. */
export async function isQueueInstalled(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ installed: boolean }>(
    `select to_regclass('graphile_worker._private_jobs') is not null as installed`,
  );
  return rows[0]?.installed ?? false;
}
