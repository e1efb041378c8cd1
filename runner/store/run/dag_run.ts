import type { RunMode } from '../../core/dag/run_mode.ts';
import type { RunState } from '../../core/run/states.ts';
import type { JsonObject } from '../../core/value/json.ts';
import type { Queryable } from '../queryable.ts';

export const RUN_TYPES = ['scheduled', 'catchup', 'manual', 'backfill'] as const;
export type RunType = (typeof RUN_TYPES)[number];
export type TimeEdges = 'keep' | 'collapse';

export interface DagRun {
  readonly runId: number;
  readonly dagId: string;
  readonly dagVersionId: number;
  readonly runType: RunType;
  readonly state: RunState;
  readonly scheduledFor: Temporal.Instant;
  readonly businessDate: Temporal.PlainDate;
  readonly params: JsonObject;
  readonly mode: RunMode;
  readonly timeEdges: TimeEdges;
  readonly actor: string;
  readonly reason: string | null;
  readonly createdAt: Temporal.Instant;
  readonly startedAt: Temporal.Instant | null;
  readonly finishedAt: Temporal.Instant | null;
  /** The number of times that the ended run was queued again. */
  readonly reopenCount: number;
}

const COLUMNS = `run_id as "runId", dag_id as "dagId", dag_version_id as "dagVersionId", run_type as "runType", state,
  scheduled_for as "scheduledFor", business_date as "businessDate", params, mode, time_edges as "timeEdges", actor, reason,
  created_at as "createdAt", started_at as "startedAt", finished_at as "finishedAt",
  reopen_count as "reopenCount"`;

export type NewRun = Pick<
  DagRun,
  | 'dagId'
  | 'dagVersionId'
  | 'runType'
  | 'scheduledFor'
  | 'businessDate'
  | 'params'
  | 'mode'
  | 'timeEdges'
  | 'actor'
  | 'reason'
>;

/** Inserts a queued run. @returns null if the scheduled instant has its run already */
export async function insertRun(db: Queryable, run: NewRun): Promise<DagRun | null> {
  const { rows } = await db.query<DagRun>({
    name: 'stockflow.insert_run',
    text: `insert into stockflow.dag_run
       (dag_id, dag_version_id, run_type, scheduled_for, business_date, params, time_edges, actor, reason, mode)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (dag_id, scheduled_for) where run_type <> 'manual' do nothing
     returning ${COLUMNS}`,
    values: [
      run.dagId,
      run.dagVersionId,
      run.runType,
      run.scheduledFor.toString(),
      run.businessDate.toString(),
      JSON.stringify(run.params),
      run.timeEdges,
      run.actor,
      run.reason,
      run.mode,
    ],
  });
  return rows[0] ?? null;
}

export async function findRun(db: Queryable, runId: number): Promise<DagRun | null> {
  const { rows } = await db.query<DagRun>(`select ${COLUMNS} from stockflow.dag_run where run_id = $1`, [
    runId,
  ]);
  return rows[0] ?? null;
}

/** Sets the params that attempts use from now on. The run must be locked. */
export async function setRunParams(db: Queryable, runId: number, params: JsonObject): Promise<void> {
  await db.query('update stockflow.dag_run set params = $2 where run_id = $1', [
    runId,
    JSON.stringify(params),
  ]);
}

export interface LockedRun extends DagRun {
  /** The instant at which the transaction began, by the database's clock. */
  readonly now: Temporal.Instant;
}

/** Locks the run against every other change of it and its tasks until the transaction ends, and returns it. */
export async function lockRun(db: Queryable, runId: number): Promise<LockedRun | null> {
  const { rows } = await db.query<LockedRun>({
    name: 'stockflow.lock_run',
    text: `select ${COLUMNS}, now() as now from stockflow.dag_run where run_id = $1 for no key update`,
    values: [runId],
  });
  return rows[0] ?? null;
}

export interface RunFilter {
  readonly dagId?: string;
  readonly state?: RunState;
  readonly runType?: RunType;
  readonly mode?: RunMode;
  /** Only runs with an id below this one. */
  readonly before?: number | null;
  readonly limit: number;
}

/** Returns runs, newest first. */
export async function listRuns(db: Queryable, filter: RunFilter): Promise<readonly DagRun[]> {
  const { rows } = await db.query<DagRun>(
    `select ${COLUMNS} from stockflow.dag_run
      where ($1::text is null or dag_id = $1) and ($2::text is null or state = $2)
        and ($4::text is null or run_type = $4) and ($5::bigint is null or run_id < $5)
        and ($6::text is null or mode = $6)
      order by run_id desc limit $3`,
    [
      filter.dagId ?? null,
      filter.state ?? null,
      filter.limit,
      filter.runType ?? null,
      filter.before ?? null,
      filter.mode ?? null,
    ],
  );
  return rows;
}

/**
 * Returns the DAG's queued runs that `max_active_runs` allows to start, oldest instant first. The DAG's row must be
 * locked.
 */
export async function startableRuns(
  db: Queryable,
  dagId: string,
  maxActiveRuns: number,
): Promise<readonly DagRun[]> {
  const { rows } = await db.query<DagRun>({
    name: 'stockflow.startable_runs',
    text: `select ${COLUMNS} from stockflow.dag_run
      where dag_id = $1 and state = 'queued'
      order by scheduled_for, run_id
      limit greatest($2 - (select count(*) from stockflow.dag_run where dag_id = $1 and state = 'running'), 0)
        for no key update`,
    values: [dagId, maxActiveRuns],
  });
  return rows;
}

/** Marks a run as running. @param timeoutMs the DAG's `dagrun_timeout` in ms, null for none */
export async function markRunRunning(
  db: Queryable,
  runId: number,
  timeoutMs: number | null,
): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'stockflow.mark_run_running',
    text: `update stockflow.dag_run
        set state = 'running', started_at = coalesce(started_at, clock_timestamp()), finished_at = null,
            timeout_at = now() + $2 * interval '1 ms'
      where run_id = $1 and state = 'queued'`,
    values: [runId, timeoutMs],
  });
  return rowCount === 1;
}

export interface FinishedRun {
  /** Whether something bad was told of the DAG that no success has closed yet. */
  readonly hasOpenAlert: boolean;
  /** The DAGs with tasks that wait for this one, and after a success those that run after it. */
  readonly awaitedBy: readonly string[];
}

/** Ends a run. @returns null if it was in another state */
export async function markRunFinished(
  db: Queryable,
  run: Pick<DagRun, 'runId' | 'state'>,
  state: 'success' | 'failed' | 'cancelled',
): Promise<FinishedRun | null> {
  const { rows } = await db.query<FinishedRun>({
    name: 'stockflow.mark_run_finished',
    text: `update stockflow.dag_run r set state = $3, finished_at = greatest(now(), started_at)
      where run_id = $1 and state = $2
     returning exists (select from stockflow.alert a
                        where a.dag_id = r.dag_id and a.closed_at is null
                          and a.kind in ('failed', 'deadline_missed', 'not_started', 'slow')) as "hasOpenAlert",
               array(select d.dag_id from stockflow.dag d
                      where d.runs_after = r.dag_id and r.state = 'success' and d.retired_at is null and not d.is_paused
                      union
                     select w.dag_id from stockflow.task_instance t join stockflow.dag_run w using (run_id)
                      where t.wake_reason = 'dag_edge'
                        and t.awaits @> jsonb_build_array(jsonb_build_object('dag', r.dag_id))) as "awaitedBy"`,
    values: [run.runId, run.state, state],
  });
  return rows[0] ?? null;
}

/** The reason of a run that was cancelled before it started, because a newer run of its schedule was waiting. */
const OVERTAKEN = 'skipped: a newer run of the schedule was due before this one could start';

/**
 * Cancels the DAG's scheduled runs that never started, except the newest `keep`, with their instances. Runs of a running
 * backfill, manual runs and those that were queued again stay, as a person asked for them.
 * @returns the cancelled runs, oldest first, each with its reason
 */
export async function dropWaitingRuns(db: Queryable, dagId: string, keep: 0 | 1): Promise<readonly DagRun[]> {
  const { rows } = await db.query<DagRun>(
    `with overtaken as (
       select run_id from stockflow.dag_run
        where dag_id = $1 and state = 'queued' and started_at is null and reopen_count = 0
          and run_type in ('scheduled', 'catchup')
        order by scheduled_for desc
       offset $3
          for no key update
     ), instance as (
       update stockflow.task_instance t
          set state = 'cancelled', finished_at = now(), attempt_token = t.attempt_token + 1
         from overtaken where t.run_id = overtaken.run_id and t.state = 'none'
     )
     update stockflow.dag_run set state = 'cancelled', finished_at = now(),
            reason = case when $3 = 1 then $2 else 'skipped: ' || coalesce(
              (select 'run ' || string_agg(run_id::text, ', ' order by run_id) from stockflow.dag_run
                where dag_id = $1 and state = 'running'), 'another run') || ' was under way when it was due' end
      where run_id in (select run_id from overtaken)
     returning ${COLUMNS}`,
    [dagId, OVERTAKEN, keep],
  );
  return rows.toSorted((a, b) => Temporal.Instant.compare(a.scheduledFor, b.scheduledFor));
}
