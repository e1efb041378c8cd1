/** The outbox of heartbeats. The pings of a DAG are sent one after the other, in the order in which they were written. */
import type { PingKind } from '../../core/heartbeat/ping.ts';
import type { Queryable } from '../queryable.ts';

export interface NewPing {
  readonly dagId: string;
  /** Null for a note on the DAG. */
  readonly runId: number | null;
  readonly connection: string;
  readonly kind: PingKind;
  readonly body: string;
}

export async function insertPing(db: Queryable, ping: NewPing): Promise<void> {
  const { dagId, runId, connection, kind, body } = ping;
  await db.query({
    name: 'stockflow.insert_ping',
    text: `insert into stockflow.heartbeat_ping (dag_id, run_id, connection, kind, body) values ($1, $2, $3, $4, $5)`,
    values: [dagId, runId, connection, kind, body],
  });
}

export interface ClaimedPing extends NewPing {
  readonly pingId: number;
  readonly attemptCount: number;
}

/**
 * Takes the oldest pending ping of a DAG for `leaseMs`.
 * @returns null if there is none, or it is not due, or another worker is sending it
 */
export async function claimPing(db: Queryable, dagId: string, leaseMs: number): Promise<ClaimedPing | null> {
  const { rows } = await db.query<ClaimedPing>(
    `update stockflow.heartbeat_ping
        set attempt_count = attempt_count + 1, error_text = null,
            next_attempt_at = clock_timestamp() + $2 * interval '1 ms'
      where next_attempt_at <= clock_timestamp()
        and ping_id = (select ping_id from stockflow.heartbeat_ping
                        where dag_id = $1 and state = 'pending' order by ping_id limit 1 for update)
     returning ping_id as "pingId", dag_id as "dagId", run_id as "runId", connection, kind, body,
               attempt_count as "attemptCount"`,
    [dagId, leaseMs],
  );
  return rows[0] ?? null;
}

/**
 * Drops pings that would be taken for what happens now: those older than `horizonMs`, and a start that failed to be sent
 * before its run ended. One that is being sent is left alone.
 */
export async function dropOutdated(db: Queryable, dagId: string, horizonMs: number): Promise<number> {
  const { rowCount } = await db.query(
    `update stockflow.heartbeat_ping p
        set state = 'dropped', ended_at = clock_timestamp(), next_attempt_at = null,
            error_text = coalesce(error_text, 'it could not be sent in time')
      where dag_id = $1 and state = 'pending'
        and (at < clock_timestamp() - $2 * interval '1 ms'
             or kind = 'start' and error_text is not null
                and exists (select from stockflow.heartbeat_ping e
                             where e.dag_id = p.dag_id and e.run_id = p.run_id and e.state = 'pending' and e.ping_id > p.ping_id))`,
    [dagId, horizonMs],
  );
  return rowCount ?? 0;
}

/** @returns false if it was dropped meanwhile */
export async function endPing(
  db: Queryable,
  pingId: number,
  end: { readonly state: 'sent' | 'failed'; readonly errorText: string | null },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update stockflow.heartbeat_ping
        set state = $2, error_text = $3, ended_at = clock_timestamp(), next_attempt_at = null
      where ping_id = $1 and state = 'pending'`,
    [pingId, end.state, end.errorText],
  );
  return rowCount === 1;
}

export async function postponePing(
  db: Queryable,
  pingId: number,
  { errorText, afterMs }: { readonly errorText: string; readonly afterMs: number },
): Promise<void> {
  await db.query(
    `update stockflow.heartbeat_ping
        set error_text = $2, next_attempt_at = clock_timestamp() + $3 * interval '1 ms'
      where ping_id = $1 and state = 'pending'`,
    [pingId, errorText, afterMs],
  );
}

/** Returns when the oldest pending ping of a DAG is due; null if there is none. */
export async function nextPing(db: Queryable, dagId: string): Promise<Temporal.Instant | null> {
  const { rows } = await db.query<{ dueAt: Temporal.Instant }>(
    `select next_attempt_at as "dueAt" from stockflow.heartbeat_ping
      where dag_id = $1 and state = 'pending' order by ping_id limit 1`,
    [dagId],
  );
  return rows[0]?.dueAt ?? null;
}

/** Returns the DAGs with a ping that has been due for `overdueMs`: its job was lost. */
export async function dagsWithOverduePing(db: Queryable, overdueMs: number): Promise<readonly string[]> {
  const { rows } = await db.query<{ dagId: string }>(
    `select distinct dag_id as "dagId" from stockflow.heartbeat_ping
      where state = 'pending' and next_attempt_at < clock_timestamp() - $1 * interval '1 ms'`,
    [overdueMs],
  );
  return rows.map(({ dagId }) => dagId);
}

export interface RunMeter {
  readonly durationMs: number;
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Returns what a run took and moved; its end is now if it has not ended. */
export async function meterOfRun(db: Queryable, runId: number): Promise<RunMeter> {
  const { rows } = await db.query<RunMeter>(
    `select (extract(epoch from coalesce(r.finished_at, now()) - r.started_at) * 1000)::float8 as "durationMs",
            m.rows_in as "rowsIn", m.rows_out as "rowsOut", m.bytes_in as "bytesIn", m.bytes_out as "bytesOut"
       from stockflow.dag_run r
      cross join lateral (
        select coalesce(sum(a.rows_in), 0)::float8 as rows_in, coalesce(sum(a.rows_out), 0)::float8 as rows_out,
               coalesce(sum(a.bytes_in), 0)::float8 as bytes_in, coalesce(sum(a.bytes_out), 0)::float8 as bytes_out
          from stockflow.task_instance t join stockflow.task_attempt a using (task_instance_id)
         where t.run_id = r.run_id) as m
      where r.run_id = $1`,
    [runId],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`there is no run ${runId}`);
  return row;
}
