/** Reads the versions of a DAG for display. */
import type { Queryable } from '../queryable.ts';

export interface ListedVersion {
  readonly dagVersionId: number;
  readonly sha256: string;
  readonly file: string;
  readonly createdAt: Temporal.Instant;
  readonly isInForce: boolean;
  /** The newest time that it was put in force; null where the history does not tell. */
  readonly inForceAt: Temporal.Instant | null;
  /** Who put it in force then, and through which channel. */
  readonly actor: string | null;
  readonly channel: string | null;
}

/**
 * Returns versions, newest first.
 *
 * @param before only versions with an id below this one; null for all
 */
export async function listVersions(
  db: Queryable,
  {
    dagId,
    limit,
    before,
  }: { readonly dagId: string; readonly limit: number; readonly before: number | null },
): Promise<readonly ListedVersion[]> {
  const { rows } = await db.query<ListedVersion>(
    `select v.dag_version_id as "dagVersionId", v.sha256, v.file, v.created_at as "createdAt",
            v.dag_version_id = d.current_version_id as "isInForce", put.at as "inForceAt", put.actor, put.channel
       from stockflow.dag d
       join stockflow.dag_version v using (dag_id)
       left join (
         select distinct on (e.after ->> 'sha256') e.after ->> 'sha256' as sha256, e.at, e.actor, e.channel
           from stockflow.event e
          where e.dag_id = $1 and e.run_id is null and e.action in ('dag.added', 'dag.changed')
          order by e.after ->> 'sha256', e.event_id desc) put on put.sha256 = v.sha256
      where d.dag_id = $1 and ($3::bigint is null or v.dag_version_id < $3)
      order by v.dag_version_id desc limit $2`,
    [dagId, limit, before],
  );
  return rows;
}
