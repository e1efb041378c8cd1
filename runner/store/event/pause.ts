import type { Queryable } from '../queryable.ts';

export interface Pause {
  readonly dagId: string;
  readonly at: Temporal.Instant;
  readonly actor: string;
  readonly reason: string | null;
}

/** Returns who paused each of these DAGs last, and why; none for one that is paused since its creation. */
export async function lastPauses(db: Queryable, dagIds: readonly string[]): Promise<readonly Pause[]> {
  const { rows } = await db.query<Pause>(
    `select dag_id as "dagId", e.at, e.actor, e.reason
       from unnest($1::text[]) as d(dag_id)
      cross join lateral (
        select at, actor, reason from stockflow.event e
         where e.dag_id = d.dag_id and action = 'dag.paused'
         order by event_id desc limit 1) as e`,
    [dagIds],
  );
  return rows;
}
