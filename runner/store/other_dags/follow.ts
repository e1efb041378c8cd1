/** Reads the successes of a DAG that another one runs after. */
import type { SucceededRun } from '../../core/other_dags/following.ts';
import type { Queryable } from '../queryable.ts';

/** Returns the DAG's successes since an instant to which the follower has neither a run nor a decision, oldest first. */
export async function successesToFollow(
  db: Queryable,
  dags: { readonly dagId: string; readonly followerId: string },
  since: Temporal.Instant,
): Promise<readonly SucceededRun[]> {
  const { rows } = await db.query<SucceededRun>(
    `select distinct on (r.scheduled_for) r.scheduled_for as "scheduledFor", r.business_date as "businessDate",
            r.finished_at as "finishedAt", r.run_type as "runType", r.time_edges as "timeEdges"
       from stockflow.dag_run r
      where r.dag_id = $1 and r.state = 'success' and r.finished_at >= $3
        and not exists (select from stockflow.dag_run own
                         where own.dag_id = $2 and own.scheduled_for = r.scheduled_for and own.run_type <> 'manual')
        and not exists (select from stockflow.due_instant due
                         where due.dag_id = $2 and due.scheduled_for = r.scheduled_for)
      order by r.scheduled_for, r.finished_at`,
    [dags.dagId, dags.followerId, since.toString()],
  );
  return rows;
}
