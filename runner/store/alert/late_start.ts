/** Finds due instants that have not started, and records nothing. */
import type { HoldUp } from '../../core/alert/not_started.ts';
import type { Queryable } from '../queryable.ts';

export interface LateStart {
  readonly dagId: string;
  /** The version in force, which says who is told. */
  readonly dagVersionId: number;
  readonly scheduledFor: Temporal.Instant;
  /** The queued run; null if none was made. */
  readonly runId: number | null;
  /** The time in ms since it could have started. */
  readonly lateMs: number;
}

/**
 * Returns the scheduled instants that were due at least `leastMs` ago, have not started, and were not told of. A paused
 * or retired DAG is not late. Of caught-up runs nobody is told: they wait for each other.
 * @param which.dagId only this DAG; one that was resumed, added or changed is late only from then on, as it is planned
 *   anew. Null for all DAGs that may be late, without that check.
 */
export async function lateStarts(
  db: Queryable,
  which: { readonly leastMs: number; readonly dagId: string | null },
): Promise<readonly LateStart[]> {
  const { rows } = await db.query<LateStart>(
    `with due as (
       select d.dag_id, d.next_scheduled_for as scheduled_for, null::bigint as run_id, d.next_scheduled_for as since
         from stockflow.dag d
        where d.next_scheduled_for < now() - $1 * interval '1 ms'
        union all
       select r.dag_id, r.scheduled_for, r.run_id, greatest(r.scheduled_for, r.created_at)
         from stockflow.dag_run r
        where r.state = 'queued' and r.started_at is null and r.run_type = 'scheduled'
          and greatest(r.scheduled_for, r.created_at) < now() - $1 * interval '1 ms'
     )
     select d.dag_id as "dagId", d.current_version_id as "dagVersionId", due.scheduled_for as "scheduledFor",
            due.run_id as "runId",
            (extract(epoch from now() - greatest(due.since, planned.at)) * 1000)::float8 as "lateMs"
       from due join stockflow.dag d using (dag_id)
      cross join lateral (
        select max(e.at) as at from stockflow.event e
         -- Only asked of the few DAGs that are looked at closely.
         where $2::text is not null and e.dag_id = d.dag_id and e.action in ('dag.added', 'dag.changed', 'dag.resumed') and e.at > due.since
      ) as planned
      where not d.is_paused and d.retired_at is null and d.current_version_id is not null
        and ($2::text is null or d.dag_id = $2)
        and not exists (select from stockflow.alert a
                         where a.dag_id = d.dag_id and a.scheduled_for = due.scheduled_for and a.kind = 'not_started')
      order by due.scheduled_for, d.dag_id`,
    [which.leastMs, which.dagId],
  );
  return rows;
}

export async function holdUpOf(db: Queryable, dagId: string): Promise<HoldUp> {
  const { rows } = await db.query<HoldUp>(
    `select (select count(*)::integer from stockflow.worker
              where stopped_at is null and lost_at is null and lease_expires_at > now()) as "liveWorkers",
            (select min(run_id) from stockflow.dag_run where dag_id = $1 and state = 'running') as "runningRunId"`,
    [dagId],
  );
  return rows[0] ?? { liveWorkers: 0, runningRunId: null };
}
