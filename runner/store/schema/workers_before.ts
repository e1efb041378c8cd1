import type { PoolClient } from 'pg';
import { versionText } from '../../core/schema/migration_header.ts';
import type { Queryable } from '../queryable.ts';
import { type Migration, MigrationError } from './migration_file.ts';

/** A live worker whose code does not work with a migration. */
export interface WorkerBefore {
  readonly workerId: number;
  readonly host: string;
  readonly pid: number;
  readonly codeVersion: string;
  /** The newest migration that its code knows. */
  readonly schemaVersion: number;
}

/**
 * Returns the live workers that know less than `compatibleFrom`.
 * @param present the schema that the database has now: what workers know that do not say it
 */
export async function workersBefore(
  db: Queryable,
  { compatibleFrom, present }: { readonly compatibleFrom: number; readonly present: number },
): Promise<readonly WorkerBefore[]> {
  if (!(await hasWorkers(db))) return [];
  const { rows } = await db.query<WorkerBefore>(
    `select worker_id as "workerId", host, pid, code_version as "codeVersion", known as "schemaVersion"
       from stockflow.worker w
      cross join lateral (select coalesce((to_jsonb(w) ->> 'schema_version')::integer, $2) as known) k
      where stopped_at is null and lost_at is null and lease_expires_at > now() and known < $1
      order by worker_id`,
    [compatibleFrom, present],
  );
  return rows;
}

/**
 * Checks that every live worker goes on with all of the migrations, before the first of them is applied.
 * @throws MigrationError that names the workers which do not
 */
export async function refuseWorkersBefore(
  tx: PoolClient,
  pending: readonly Migration[],
  present: number,
): Promise<void> {
  const strictest = pending.toSorted((a, b) => b.compatibleFrom - a.compatibleFrom)[0];
  if (strictest === undefined || !(await hasWorkers(tx))) return;
  const { name, compatibleFrom } = strictest;
  // No worker works with such a file, so none is kept from renewing its lease; one that starts meanwhile waits here, and
  // then finds the new schema.
  if (pending[0]?.compatibleFrom === pending[0]?.version)
    await tx.query('lock table stockflow.worker in share row exclusive mode');
  const workers = await workersBefore(tx, { compatibleFrom, present });
  if (workers.length === 0) return;
  const [does, them] = workers.length === 1 ? ['does', 'it'] : ['do', 'them'];
  throw new MigrationError(
    `${name} works with workers that know ${versionText(compatibleFrom)}, and ${workers.map(workerText).join(', ')} ${does} ` +
      `not. Nothing was applied. Stop ${them} first: SIGTERM drains a worker; one that was killed counts for 10 s`,
  );
}

export function workerText({ workerId, host, pid, codeVersion }: WorkerBefore): string {
  return `worker ${workerId} (${host}, pid ${pid}, version ${codeVersion})`;
}

async function hasWorkers(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ exists: boolean }>(
    "select to_regclass('stockflow.worker') is not null as exists",
  );
  return rows[0]?.exists ?? false;
}
