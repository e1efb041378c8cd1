import type { CalendarText } from '../../core/calendar/file/parse.ts';
import type { Problem } from '../../core/dag_file/problem.ts';
import type { Queryable } from '../queryable.ts';

/** A DAG's row, with the version in force. */
export interface DagRow {
  readonly dagId: string;
  readonly file: string;
  /** The version in force; null if no version of the file was ever valid. */
  readonly dagVersionId: number | null;
  readonly sha256: string | null;
  readonly isPaused: boolean;
  readonly scheduleCursor: Temporal.Instant;
  readonly nextScheduledFor: Temporal.Instant | null;
  readonly problems: readonly Problem[] | null;
  readonly invalidSince: Temporal.Instant | null;
  readonly retiredAt: Temporal.Instant | null;
  /** Whether tasks of its runs wait for other DAGs. */
  readonly isAwaiting: boolean;
}

export interface DagVersionRow {
  readonly dagVersionId: number;
  readonly dagId: string;
  readonly sha256: string;
  readonly source: string;
  readonly file: string;
  /** The texts that its calendar is made of, by name; empty if it has none. */
  readonly calendars: readonly CalendarText[];
}

const SELECT_DAG = `select d.dag_id as "dagId", d.file, d.current_version_id as "dagVersionId", v.sha256,
    d.is_paused as "isPaused", d.schedule_cursor as "scheduleCursor", d.next_scheduled_for as "nextScheduledFor",
    d.problems, d.invalid_since as "invalidSince", d.retired_at as "retiredAt",
    exists (select from stockflow.task_instance t join stockflow.dag_run r using (run_id)
             where t.wake_reason = 'dag_edge' and r.dag_id = d.dag_id) as "isAwaiting"
  from stockflow.dag d left join stockflow.dag_version v on v.dag_version_id = d.current_version_id`;

export async function listDags(db: Queryable): Promise<readonly DagRow[]> {
  const { rows } = await db.query<DagRow>(`${SELECT_DAG} order by d.dag_id`);
  return rows;
}

export async function findDag(db: Queryable, dagId: string): Promise<DagRow | null> {
  const { rows } = await db.query<DagRow>(`${SELECT_DAG} where d.dag_id = $1`, [dagId]);
  return rows[0] ?? null;
}

/**
 * Locks the DAG's row and returns it; null if there is none. Every caller that plans or starts runs of a DAG holds this
 * lock.
 */
export async function lockDag(db: Queryable, dagId: string): Promise<DagRow | null> {
  // Two statements, sent at once: one that has waited for the lock sees the row as it is then, but beside it only the versions that
  // were there before it waited.
  const [, row] = await Promise.all([
    db.query({
      name: 'stockflow.lock_dag',
      text: 'select from stockflow.dag where dag_id = $1 for no key update',
      values: [dagId],
    }),
    findDag(db, dagId),
  ]);
  return row;
}

/**
 * Adds a row for the DAG if there is none.
 * @param cursor instants of the schedule at or before it count as settled
 * @returns true if the row is new
 */
export async function ensureDag(
  db: Queryable,
  dag: { readonly dagId: string; readonly file: string; readonly cursor: Temporal.Instant | null },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into stockflow.dag (dag_id, file, schedule_cursor) values ($1, $2, coalesce($3, now()))
     on conflict (dag_id) do nothing`,
    [dag.dagId, dag.file, dag.cursor?.toString() ?? null],
  );
  return rowCount === 1;
}

/** Returns the id of the version with this text, and adds the version if it is new. */
export async function saveVersion(
  db: Queryable,
  version: Omit<DagVersionRow, 'dagVersionId'>,
): Promise<number> {
  await db.query(
    `insert into stockflow.dag_version (dag_id, sha256, source, file, calendars) values ($1, $2, $3, $4, $5)
     on conflict (dag_id, sha256) do nothing`,
    [version.dagId, version.sha256, version.source, version.file, JSON.stringify(version.calendars)],
  );
  const { rows } = await db.query<{ id: number }>(
    'select dag_version_id as id from stockflow.dag_version where dag_id = $1 and sha256 = $2',
    [version.dagId, version.sha256],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`version ${version.sha256} of DAG ${version.dagId} is gone`);
  return row.id;
}

/**
 * Puts a valid version in force. The DAG then has no problems and is not retired.
 * @param version.after the DAG that it runs after; null for none
 */
export async function setCurrentVersion(
  db: Queryable,
  dagId: string,
  version: { readonly versionId: number; readonly file: string; readonly after: string | null },
): Promise<void> {
  await db.query(
    `update stockflow.dag
        set current_version_id = $2, file = $3, runs_after = $4, problems = null, invalid_since = null, retired_at = null
      where dag_id = $1`,
    [dagId, version.versionId, version.file, version.after],
  );
}

/** Stores the problems of the DAG's file; the version in force stays. */
export async function setProblems(db: Queryable, dagId: string, problems: readonly Problem[]): Promise<void> {
  await db.query(
    `update stockflow.dag set problems = $2, invalid_since = coalesce(invalid_since, now()) where dag_id = $1`,
    [dagId, JSON.stringify(problems)],
  );
}

export async function setSchedule(
  db: Queryable,
  dagId: string,
  schedule: { readonly cursor: Temporal.Instant; readonly next: Temporal.Instant | null },
): Promise<void> {
  await db.query({
    name: 'stockflow.set_schedule',
    text: 'update stockflow.dag set schedule_cursor = $2, next_scheduled_for = $3 where dag_id = $1',
    values: [dagId, schedule.cursor.toString(), schedule.next?.toString() ?? null],
  });
}

export async function setPaused(db: Queryable, dagId: string, isPaused: boolean): Promise<boolean> {
  const { rowCount } = await db.query(
    'update stockflow.dag set is_paused = $2 where dag_id = $1 and is_paused <> $2',
    [dagId, isPaused],
  );
  return rowCount === 1;
}

export async function findVersion(db: Queryable, dagVersionId: number): Promise<DagVersionRow | null> {
  const { rows } = await db.query<DagVersionRow>(
    `select dag_version_id as "dagVersionId", dag_id as "dagId", sha256, source, file, calendars
       from stockflow.dag_version where dag_version_id = $1`,
    [dagVersionId],
  );
  return rows[0] ?? null;
}

/** `closed`: the calendar closes the date; the instant is the first one of the date. */
export type DueDecision = 'run' | 'missed' | 'closed';

export interface DecidedInstant {
  readonly scheduledFor: Temporal.Instant;
  readonly businessDate: Temporal.PlainDate;
  readonly decision: DueDecision;
  /** The name under which the calendar closes the date; null for another decision. */
  readonly closedAs: string | null;
  /** The date on which its run takes place instead; null for none. */
  readonly movedTo: Temporal.PlainDate | null;
}

/** Records the decisions for instants of a schedule. An instant that was decided before keeps its decision. */
export async function recordDueInstants(
  db: Queryable,
  dagId: string,
  due: readonly DecidedInstant[],
): Promise<void> {
  if (due.length === 0) return;
  await db.query({
    name: 'stockflow.record_due',
    text: `insert into stockflow.due_instant (dag_id, scheduled_for, business_date, decision, closed_as, moved_to)
     select $1, d.scheduled_for, d.business_date, d.decision, d.closed_as, d.moved_to
       from unnest($2::timestamptz[], $3::date[], $4::text[], $5::text[], $6::date[])
         as d(scheduled_for, business_date, decision, closed_as, moved_to)
     on conflict (dag_id, scheduled_for) do nothing`,
    values: [
      dagId,
      due.map(({ scheduledFor }) => scheduledFor.toString()),
      due.map(({ businessDate }) => businessDate.toString()),
      due.map(({ decision }) => decision),
      due.map(({ closedAs }) => closedAs),
      due.map(({ movedTo }) => movedTo?.toString() ?? null),
    ],
  });
}

/** Returns the DAGs whose next scheduled instant passed more than `olderThanMs` ago without a new plan. */
export async function overdueDags(db: Queryable, olderThanMs: number): Promise<readonly string[]> {
  const { rows } = await db.query<{ dagId: string }>(
    `select dag_id as "dagId" from stockflow.dag
      where not is_paused and retired_at is null and next_scheduled_for < now() - $1 * interval '1 ms'`,
    [olderThanMs],
  );
  return rows.map(({ dagId }) => dagId);
}

/** Returns the DAGs that have queued runs. */
export async function dagsWithQueuedRuns(db: Queryable): Promise<readonly string[]> {
  const { rows } = await db.query<{ dagId: string }>(
    `select distinct dag_id as "dagId" from stockflow.dag_run where state = 'queued'`,
  );
  return rows.map(({ dagId }) => dagId);
}

/** Returns the ids of the DAGs that are not retired and whose file is, or was, directly in `folder`. */
export async function dagIdsInForce(db: Queryable, folder: string): Promise<readonly string[]> {
  const { rows } = await db.query<{ dagId: string }>(
    `select dag_id as "dagId" from stockflow.dag
      where retired_at is null and regexp_replace(file, '[^/]*$', '') = $1`,
    [folder.endsWith('/') ? folder : `${folder}/`],
  );
  return rows.map(({ dagId }) => dagId);
}

/**
 * Retires DAGs: they get no new runs, and their history stays.
 * @returns the ids of those that were not retired before
 */
export async function retireDags(db: Queryable, dagIds: readonly string[]): Promise<readonly string[]> {
  const { rows } = await db.query<{ dagId: string }>(
    `update stockflow.dag set retired_at = now(), next_scheduled_for = null
      where retired_at is null and dag_id = any($1)
     returning dag_id as "dagId"`,
    [dagIds],
  );
  return rows.map(({ dagId }) => dagId);
}
