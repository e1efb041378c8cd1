/** Reads when each DAG was last due, and the run of that instant. */
import type { RunMode } from '../../core/dag/run_mode.ts';
import type { RunState } from '../../core/run/states.ts';
import { readTaskRemedy, type TaskRemedy } from '../../core/value/task_remedy.ts';
import type { DueDecision } from '../dag/dag.ts';
import type { Queryable } from '../queryable.ts';
import type { RunType } from './dag_run.ts';

export interface DueInstant {
  readonly dagId: string;
  readonly scheduledFor: Temporal.Instant;
  readonly businessDate: Temporal.PlainDate;
  readonly decision: DueDecision;
  readonly closedAs: string | null;
  readonly movedTo: Temporal.PlainDate | null;
}

/**
 * Returns the newest decided instant of each DAG's schedule and, where that is one of a closed date, also the newest of
 * an open one.
 */
export async function lastDueInstants(db: Queryable): Promise<readonly DueInstant[]> {
  const { rows } = await db.query<DueInstant>(
    `select due.dag_id as "dagId", due.scheduled_for as "scheduledFor", due.business_date as "businessDate", due.decision,
            due.closed_as as "closedAs", due.moved_to as "movedTo"
       from stockflow.dag d
      cross join lateral (select * from stockflow.due_instant
                           where dag_id = d.dag_id order by scheduled_for desc limit 1) newest
      cross join lateral (select newest.*
                           union all
                          (select * from stockflow.due_instant
                            where newest.decision = 'closed' and dag_id = d.dag_id and decision <> 'closed'
                            order by scheduled_for desc limit 1)) due`,
  );
  return rows;
}

/** Selects a DAG's run of an instant, or a manual run of its date. Null values select the newest run of all. */
export interface LastRunKey {
  readonly dagId: string;
  readonly scheduledFor: Temporal.Instant | null;
  readonly businessDate: Temporal.PlainDate | null;
}

export interface LastRun {
  readonly dagId: string;
  readonly runId: number;
  readonly runType: RunType;
  readonly mode: RunMode;
  readonly state: RunState;
  readonly businessDate: Temporal.PlainDate;
  readonly scheduledFor: Temporal.Instant;
  readonly startedAt: Temporal.Instant | null;
  readonly finishedAt: Temporal.Instant | null;
  /** Whether the scheduler dropped it before it started, as other runs were under way. */
  readonly wasSkipped: boolean;
  /** Why it was made or dropped; null where nobody said. */
  readonly reason: string | null;
  /** The task that failed first; null if none has. */
  readonly failedTaskId: string | null;
  /** -1 where it is not mapped. */
  readonly failedMapIndex: number | null;
  readonly errorText: string | null;
  /** The action that the failed task proposed with its error; null for none. */
  readonly remedy: TaskRemedy | null;
  /** The tasks that were not finished by their deadline, also if they succeeded later. */
  readonly missedDeadlines: readonly string[];
  /** The last failure of a task that has succeeded since, as `task_id: error`; null if there was none. */
  readonly recoveredFailure: string | null;
}

/** Returns the newest run of each key that has one. */
export async function lastRuns(db: Queryable, keys: readonly LastRunKey[]): Promise<readonly LastRun[]> {
  const { rows } = await db.query<LastRun>(
    `select r.dag_id as "dagId", r.run_id as "runId", r.run_type as "runType", r.mode, r.state, r.business_date as "businessDate",
            r.scheduled_for as "scheduledFor", r.started_at as "startedAt", r.finished_at as "finishedAt",
            r.state = 'cancelled' and r.started_at is null and exists (
              select from stockflow.event e where e.run_id = r.run_id and e.action = 'run.skipped') as "wasSkipped", r.reason,
            failed.task_id as "failedTaskId", failed.map_index as "failedMapIndex", failed.error_text as "errorText", failed.remedy,
            array(select e.task_id from stockflow.event e
                   where e.run_id = r.run_id and e.action = 'task.deadline_missed'
                   group by e.task_id order by min(e.event_id))
              as "missedDeadlines",
            (select e.task_id || ': ' || coalesce(e.reason, 'failed') from stockflow.event e
               join stockflow.task_instance t on t.run_id = e.run_id and t.task_id = e.task_id and t.state = 'success'
                and t.map_index = coalesce(e.map_index, -1)
              where e.run_id = r.run_id and e.action in ('task.failed', 'task.quarantined')
              order by e.event_id desc limit 1) as "recoveredFailure"
       from unnest($1::text[], $2::timestamptz[], $3::date[]) as key(dag_id, scheduled_for, business_date)
       -- The last entry of the index at or before the end of the DAG's own: with dag_id = key.dag_id, the planner would look for a
       -- run of a DAG that has none among those of all others, from the newest back.
       left join lateral (
        select dag_id, run_id from stockflow.dag_run
         where key.scheduled_for is null and (dag_id, run_id) <= (key.dag_id, 9223372036854775807)
         order by dag_id desc, run_id desc limit 1) newest on newest.dag_id = key.dag_id
       left join stockflow.dag_run own
         on own.dag_id = key.dag_id and own.scheduled_for = key.scheduled_for and own.run_type <> 'manual'
       -- An aggregate of the date's runs: sorted by run_id, all runs of a DAG would be read where it has no manual one.
       left join lateral (
        select (array_agg(run_id order by run_id desc))[1] as run_id from stockflow.dag_run
         where dag_id = key.dag_id and business_date = key.business_date and run_type = 'manual'
           -- A run that a person works in shadow does not stand for a night that was to be applied.
           and (mode = 'apply' or own.mode is distinct from 'apply')) manual on true
       join stockflow.dag_run r on r.run_id = greatest(newest.run_id, own.run_id, manual.run_id)
       left join lateral (
        select t.task_id, t.map_index, t.error_text, t.remedy from stockflow.task_instance t
         where t.run_id = r.run_id and t.state = 'failed' and t.removed_at is null order by t.finished_at, t.task_instance_id limit 1) failed on true
      order by r.dag_id`,
    [
      keys.map(({ dagId }) => dagId),
      keys.map(({ scheduledFor }) => scheduledFor?.toString() ?? null),
      keys.map(({ businessDate }) => businessDate?.toString() ?? null),
    ],
  );
  return rows.map((row) => ({ ...row, remedy: readTaskRemedy(row.remedy) }));
}

/** Returns how many due runs of each DAG were dropped in the last 24 hours, as others were under way; none for no DAG. */
export async function droppedRuns(db: Queryable): Promise<ReadonlyMap<string, number>> {
  const { rows } = await db.query<{ dagId: string; count: number }>(
    `select r.dag_id as "dagId", count(*)::integer as count from stockflow.dag_run r
      where r.finished_at > now() - interval '24 hours' and r.state = 'cancelled' and r.started_at is null
        and exists (select from stockflow.event e where e.run_id = r.run_id and e.action = 'run.skipped')
      group by r.dag_id`,
  );
  return new Map(rows.map(({ dagId, count }) => [dagId, count]));
}

/** Returns the newest run of each DAG. */
export async function newestRuns(db: Queryable, dagIds: readonly string[]): Promise<readonly LastRun[]> {
  return await lastRuns(
    db,
    dagIds.map((dagId) => ({ dagId, scheduledFor: null, businessDate: null })),
  );
}
