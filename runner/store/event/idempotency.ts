/**
 * Finds what a request with an idempotency key has made. The key is kept in the event of its creation, so it is written in the
 * same transaction; the caller holds the lock of the DAG's row, so that of two requests at once the second finds the first.
 */
import type { Queryable } from '../queryable.ts';

export interface Made {
  /** The run or the backfill. */
  readonly id: number;
  /** The checksum of the request that made it. */
  readonly requestSha256: string;
}

/** Returns the run that a request with this key made within the last day. */
export async function runMadeBy(db: Queryable, dagId: string, key: string): Promise<Made | null> {
  const { rows } = await db.query<Made>(
    `select r.run_id as id, e.after ->> 'request_sha256' as "requestSha256"
       from (select run_id, created_at from stockflow.dag_run where dag_id = $1 order by run_id desc limit 1000) r
       join stockflow.event e on e.run_id = r.run_id and e.action = 'run.created'
      where r.created_at > now() - interval '1 day' and e.after ->> 'idempotency_key' = $2
      limit 1`,
    [dagId, key],
  );
  return rows[0] ?? null;
}

/** Returns the backfill that a request with this key made within the last day. */
export async function backfillMadeBy(db: Queryable, dagId: string, key: string): Promise<Made | null> {
  const { rows } = await db.query<Made>(
    `select b.backfill_id as id, e.after ->> 'request_sha256' as "requestSha256"
       from stockflow.backfill b
       join stockflow.event e on e.dag_id = b.dag_id and e.run_id is null and e.action = 'backfill.created'
        and (e.after ->> 'backfill_id')::bigint = b.backfill_id
      where b.dag_id = $1 and b.created_at > now() - interval '1 day' and e.after ->> 'idempotency_key' = $2
      limit 1`,
    [dagId, key],
  );
  return rows[0] ?? null;
}
