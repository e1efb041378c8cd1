/** The statements that count each kind of what ends. */

export type EndedKind = 'run' | 'attempt' | 'alert' | 'ping';

/** The bounds of the durations' buckets in seconds. Those of stored totals stay what they were when they were counted. */
export const DURATION_BOUNDS_S = [1, 5, 15, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 28_800] as const;

interface Source {
  /** The column by which rows are counted, which grows with every new row. */
  readonly id: string;
  readonly table: string;
  /** Holds for a row that was committed long enough ago that none with a lower id can still appear. */
  readonly isSettled: string;
  /** Selects the columns of the totals from what has ended; `$where` is replaced by a condition on the id. */
  readonly ended: string;
  /** Selects the ids, among all rows, of those that have not ended; cheap, however many have. */
  readonly unfinished: string;
}

interface Statements {
  readonly add: string;
  readonly read: string;
}

const SUMS = `count(*) as ended_count, sum(duration_seconds) as duration_seconds, sum(rows_in) as rows_in,
  sum(rows_out) as rows_out, sum(bytes_in) as bytes_in, sum(bytes_out) as bytes_out`;
const NO_WORK =
  "'-infinity'::float8 as up_to_seconds, 0 as duration_seconds, 0 as rows_in, 0 as rows_out, 0 as bytes_in, 0 as bytes_out";

function bucketOf(seconds: string): string {
  const cases = DURATION_BOUNDS_S.map((bound) => `when ${seconds} <= ${bound} then ${bound}`).join(' ');
  return `case when ${seconds} is null then '-infinity'::float8 ${cases} else 'infinity'::float8 end`;
}

const RUN: Source = {
  id: 'run_id',
  table: 'stockflow.dag_run',
  isSettled: "created_at < now() - interval '1 minute'",
  ended: `select r.dag_id as subject, r.state, ${bucketOf('d.seconds')} as up_to_seconds,
       coalesce(d.seconds, 0) as duration_seconds, 0 as rows_in, 0 as rows_out, 0 as bytes_in, 0 as bytes_out
     from stockflow.dag_run r
    cross join lateral (select extract(epoch from r.finished_at - r.started_at)::float8 as seconds) as d
    where r.finished_at is not null and r.run_id $where`,
  unfinished: `select run_id as id from stockflow.dag_run where state in ('queued', 'running')`,
};

const ATTEMPT: Source = {
  id: 'task_attempt_id',
  table: 'stockflow.task_attempt',
  isSettled: "started_at < now() - interval '1 minute'",
  ended: `select r.dag_id as subject, a.state, ${bucketOf('d.seconds')} as up_to_seconds, d.seconds as duration_seconds,
       coalesce(a.rows_in, 0) as rows_in, coalesce(a.rows_out, 0) as rows_out,
       coalesce(a.bytes_in, 0) as bytes_in, coalesce(a.bytes_out, 0) as bytes_out
     from stockflow.task_attempt a
    cross join lateral (select extract(epoch from a.finished_at - a.started_at)::float8 as seconds) as d
     join stockflow.task_instance t using (task_instance_id)
     join stockflow.dag_run r using (run_id)
    where a.finished_at is not null and a.task_attempt_id $where`,
  // Of an unfinished instance the newest attempts alone can be open.
  unfinished: `select a.task_attempt_id as id from stockflow.task_instance t
     join stockflow.task_attempt a using (task_instance_id)
    where t.state in ('none', 'deferred', 'queued', 'running', 'up_for_retry') and a.finished_at is null`,
};

const ALERT: Source = {
  id: 'alert_id',
  table: 'stockflow.alert',
  isSettled: "at < now() - interval '1 minute'",
  ended: `select d.channel as subject, d.state, ${NO_WORK}
     from stockflow.alert_delivery d where d.state <> 'pending' and d.alert_id $where`,
  unfinished: `select distinct alert_id as id from stockflow.alert_delivery where state = 'pending'`,
};

const PING: Source = {
  id: 'ping_id',
  table: 'stockflow.heartbeat_ping',
  isSettled: "at < now() - interval '1 minute'",
  ended: `select dag_id as subject, state, ${NO_WORK}
     from stockflow.heartbeat_ping where state <> 'pending' and ping_id $where`,
  unfinished: `select ping_id as id from stockflow.heartbeat_ping where state = 'pending'`,
};

function statementsOf(kind: EndedKind, { id, table, isSettled, ended, unfinished }: Source): Statements {
  const endedWhere = (condition: string) => ended.replace('$where', condition);
  const later = `select id from stockflow.ended_later where kind = '${kind}'`;
  return {
    add: `with passed as (
       select n.id, n.is_settled
         from (select ${id} as id, ${isSettled} as is_settled from ${table}
                where ${id} > $1::bigint order by ${id} limit $2::integer) as n
     ), cursor as (
       select coalesce(max(id) filter (where is_settled), $1) as at from passed
     ), unfinished as (
       select u.id from (${unfinished}) as u, cursor where u.id <= cursor.at
     ), over as (
       select id from passed, cursor where id <= cursor.at
       union
       ${later}
       except
       select id from unfinished
     ), counted as (
       insert into stockflow.ended_total as t
         (kind, subject, state, up_to_seconds, ended_count, duration_seconds, rows_in, rows_out, bytes_in, bytes_out)
       select '${kind}', subject, state, up_to_seconds, ${SUMS}
         from (${endedWhere('in (select id from over)')}) as e
        group by subject, state, up_to_seconds
       on conflict (kind, subject, state, up_to_seconds) do update
          set ended_count = t.ended_count + excluded.ended_count,
              duration_seconds = t.duration_seconds + excluded.duration_seconds,
              rows_in = t.rows_in + excluded.rows_in, rows_out = t.rows_out + excluded.rows_out,
              bytes_in = t.bytes_in + excluded.bytes_in, bytes_out = t.bytes_out + excluded.bytes_out
     ), removed as (
       delete from stockflow.ended_later where kind = '${kind}' and id in (select id from over)
     ), listed as (
       insert into stockflow.ended_later (kind, id) select '${kind}', id from unfinished on conflict do nothing
     ), moved as (
       update stockflow.ended_cursor set counted_to = cursor.at from cursor where kind = '${kind}'
     )
     select count(*) filter (where is_settled)::integer as passed from passed`,
    read: `select subject, state, up_to_seconds as "upToS", sum(ended_count)::float8 as count,
       sum(duration_seconds)::float8 as "durationS", sum(rows_in)::float8 as "rowsIn", sum(rows_out)::float8 as "rowsOut",
       sum(bytes_in)::float8 as "bytesIn", sum(bytes_out)::float8 as "bytesOut"
     from (
       select subject, state, up_to_seconds, ended_count, duration_seconds, rows_in, rows_out, bytes_in, bytes_out
         from stockflow.ended_total where kind = '${kind}'
       union all
       select subject, state, up_to_seconds, ${SUMS}
         from (${endedWhere('> $1::bigint')}
               union all
               ${endedWhere(`in (${later})`)}) as recent
        group by subject, state, up_to_seconds
     ) as total
     group by subject, state, up_to_seconds`,
  };
}

export const SOURCES: Readonly<Record<EndedKind, Statements>> = {
  run: statementsOf('run', RUN),
  attempt: statementsOf('attempt', ATTEMPT),
  alert: statementsOf('alert', ALERT),
  ping: statementsOf('ping', PING),
};
