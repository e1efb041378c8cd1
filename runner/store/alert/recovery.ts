/** Closes what was told of a trouble that has ended. */
import type { AlertKind } from '../../core/alert/kind.ts';
import type { Queryable } from '../queryable.ts';

/** The open alerts of one trouble, which the success of a run has ended. */
export interface ClosedIncident {
  readonly incident: string;
  readonly kinds: readonly AlertKind[];
  /** The channels that were told, or are still to be. */
  readonly channels: readonly string[];
  readonly lastAlertId: number;
}

/**
 * Closes the open alerts of an incident, and those of earlier due instants of the DAG that never started.
 * @param which.notStartedUpTo the instant of a scheduled run; null for a run that shows nothing about the schedule
 */
export async function closeIncidents(
  db: Queryable,
  which: {
    readonly dagId: string;
    readonly incident: string;
    readonly notStartedUpTo: Temporal.Instant | null;
  },
): Promise<readonly ClosedIncident[]> {
  const { rows } = await db.query<ClosedIncident>(
    `with closed as (
       update stockflow.alert set closed_at = clock_timestamp()
        where dag_id = $1 and closed_at is null and kind in ('failed', 'deadline_missed', 'not_started', 'slow')
          and (incident = $2 or (kind = 'not_started' and scheduled_for <= $3))
       returning alert_id, incident, kind
     )
     select c.incident, array_agg(distinct c.kind) as kinds, max(c.alert_id) as "lastAlertId",
            coalesce(array_agg(distinct d.channel) filter (where d.channel is not null), '{}') as channels
       from closed c left join stockflow.alert_delivery d using (alert_id)
      group by c.incident
      order by max(c.alert_id)`,
    [which.dagId, which.incident, which.notStartedUpTo?.toString() ?? null],
  );
  return rows;
}
