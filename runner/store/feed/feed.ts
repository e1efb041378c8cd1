/** How far each feed has come with the runs that it tells others of. */
import type { FedAttempt, FedRun } from '../../core/feed/change.ts';
import type { Queryable } from '../queryable.ts';

export type Feed = 'traces' | 'lineage';

/** A run that ended longer ago than this is no longer begun with. */
const LATELY = '1 day';

/**
 * Takes a run that the feed may have something to tell of: one that runs, or ended lately and was not told of to the end.
 * For `leaseMs` no other worker takes it.
 */
export async function takeRun(
  db: Queryable,
  feed: Feed,
  { leaseMs, except }: { readonly leaseMs: number; readonly except: ReadonlySet<number> },
): Promise<number | null> {
  const { rows } = await db.query<{ runId: number }>({
    name: 'stockflow.feed_take',
    text: `with candidate as (
       select run_id, finished_at from stockflow.dag_run where state = 'running'
       union all
       select run_id, finished_at from stockflow.dag_run
        where finished_at > now() - interval '${LATELY}' and started_at is not null
     ), due as (
       select c.run_id
         from candidate c left join stockflow.feed_run f on f.feed = $1 and f.run_id = c.run_id
        where c.run_id <> all($2)
          and (f.run_id is null
               or (f.next_at <= now() and f.given_up_at is null
                   and (c.finished_at is null or f.closed_at is distinct from c.finished_at)))
        order by c.run_id limit 1
     )
     insert into stockflow.feed_run as f (feed, run_id, next_at)
     select $1, run_id, now() + $3 * interval '1 ms' from due
     on conflict (feed, run_id) do update set next_at = excluded.next_at where f.next_at <= now()
     returning run_id as "runId"`,
    values: [feed, [...except], leaseMs],
  });
  return rows[0]?.runId ?? null;
}

/** A run as a feed finds it. */
export interface FoundRun extends FedRun {
  readonly isStartSent: boolean;
  /** The end of the run that was sent, null before. */
  readonly closedAt: Temporal.Instant | null;
  readonly failureCount: number;
}

export async function findFedRun(db: Queryable, feed: Feed, runId: number): Promise<FoundRun | null> {
  const { rows } = await db.query<FoundRun>({
    name: 'stockflow.feed_run',
    text: `select r.run_id as "runId", r.dag_id as "dagId", r.run_type as "runType", r.state, r.scheduled_for as "scheduledFor",
            r.business_date as "businessDate", r.created_at as "createdAt", r.started_at as "startedAt",
            r.finished_at as "finishedAt", f.closed_at as "closedAt", coalesce(f.failure_count, 0) as "failureCount",
            exists (select from stockflow.feed_sent s where s.feed = $1 and s.run_id = r.run_id and s.task_instance_id = 0)
              as "isStartSent"
       from stockflow.dag_run r left join stockflow.feed_run f on f.feed = $1 and f.run_id = r.run_id
      where r.run_id = $2 and r.started_at is not null`,
    values: [feed, runId],
  });
  return rows[0] ?? null;
}

/** An attempt of which something was not told yet. */
export interface FoundAttempt extends FedAttempt {
  readonly isStartSent: boolean;
}

/** Returns the attempts of a run of which something can be told, by their start. */
export async function untoldAttempts(
  db: Queryable,
  feed: Feed,
  { runId, atMost }: { readonly runId: number; readonly atMost: number },
): Promise<readonly FoundAttempt[]> {
  const { rows } = await db.query<FoundAttempt>({
    name: 'stockflow.feed_attempts',
    text: `select t.task_instance_id as "taskInstanceId", t.task_id as "taskId", t.map_index as "mapIndex",
            a.attempt_number as "attemptNumber", a.state, a.look_count as "pollCount", a.worker_id as "workerId", w.host,
            a.started_at as "startedAt", a.finished_at as "finishedAt", a.error_class as "errorClass",
            a.error_text as "errorText", a.rows_in as "rowsIn", a.rows_out as "rowsOut", a.bytes_in as "bytesIn",
            a.bytes_out as "bytesOut",
            exists (select from stockflow.feed_sent s
                     where s.feed = $1 and s.run_id = $2 and s.task_instance_id = t.task_instance_id
                       and s.attempt_number = a.attempt_number and s.moment = 'start') as "isStartSent"
       from stockflow.task_instance t
       join stockflow.task_attempt a using (task_instance_id)
       left join stockflow.worker w on w.worker_id = a.worker_id
      where t.run_id = $2
        and not exists (select from stockflow.feed_sent s
                         where s.feed = $1 and s.run_id = $2 and s.task_instance_id = t.task_instance_id
                           and s.attempt_number = a.attempt_number and s.moment = 'end')
        and (a.finished_at is not null
             -- A trace has no use for a start: a span is sent when it has ended.
             or ($1 = 'lineage' and not exists (select from stockflow.feed_sent s
                         where s.feed = $1 and s.run_id = $2 and s.task_instance_id = t.task_instance_id
                           and s.attempt_number = a.attempt_number and s.moment = 'start')))
      order by a.started_at, t.task_instance_id, a.attempt_number
      limit $3`,
    values: [feed, runId, atMost],
  });
  return rows;
}

/** The messages that were sent: of an attempt, or of the run's own start with instance 0. */
export interface Told {
  readonly taskInstanceId: number;
  readonly attemptNumber: number;
  readonly moment: 'start' | 'end';
}

export async function markTold(
  db: Queryable,
  { feed, runId }: { readonly feed: Feed; readonly runId: number },
  told: readonly Told[],
): Promise<void> {
  if (told.length === 0) return;
  await db.query({
    name: 'stockflow.feed_told',
    text: `insert into stockflow.feed_sent (feed, run_id, task_instance_id, attempt_number, moment)
       select $1, $2, * from unnest($3::bigint[], $4::integer[], $5::text[])
       on conflict do nothing`,
    values: [
      feed,
      runId,
      told.map(({ taskInstanceId }) => taskInstanceId),
      told.map(({ attemptNumber }) => attemptNumber),
      told.map(({ moment }) => moment),
    ],
  });
}

/** Records that all was told that there was, and gives the run back. @param closedAt the end that was told, or null */
export async function releaseRun(
  db: Queryable,
  { feed, runId }: { readonly feed: Feed; readonly runId: number },
  closedAt: Temporal.Instant | null,
): Promise<void> {
  await db.query({
    name: 'stockflow.feed_release',
    text: `update stockflow.feed_run
        set next_at = now(), closed_at = coalesce($3::timestamptz, closed_at), failing_since = null, failure_count = 0,
            error_text = null
      where feed = $1 and run_id = $2`,
    values: [feed, runId, closedAt?.toString() ?? null],
  });
}

/**
 * Records that the receiver failed, and that the run is tried again `retryMs` from now.
 * @returns true if it has failed for longer than `giveUpMs`: then it is not tried again
 */
export async function putOffRun(
  db: Queryable,
  { feed, runId }: { readonly feed: Feed; readonly runId: number },
  failure: { readonly errorText: string; readonly retryMs: number; readonly giveUpMs: number },
): Promise<boolean> {
  const { rows } = await db.query<{ isGivenUp: boolean }>(
    `update stockflow.feed_run
        set next_at = now() + $3 * interval '1 ms', failing_since = coalesce(failing_since, now()),
            failure_count = failure_count + 1, error_text = $4,
            given_up_at = case when failing_since < now() - $5 * interval '1 ms' then now() end
      where feed = $1 and run_id = $2
     returning given_up_at is not null as "isGivenUp"`,
    [feed, runId, failure.retryMs, failure.errorText, failure.giveUpMs],
  );
  return rows[0]?.isGivenUp ?? false;
}
