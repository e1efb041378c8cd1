/** Reads the rows of one business date from the views of schema `audit`: the runner's own, and any others in it. */
import type { PoolClient } from 'pg';

export interface DateQuery {
  readonly businessDate: Temporal.PlainDate;
  /**
   * The DAG whose rows are read; null for all. Views other than the runner's have no DAG, so the filter does not apply
   * to them.
   */
  readonly dagId: string | null;
}

export interface ViewOfDate {
  readonly view: string;
  readonly columns: readonly string[];
  /** A query that selects the rows as `v`; `$1` is the business date. */
  readonly query: string;
  readonly values: readonly (string | null)[];
}

const RUNS = `select run_id, dag_version_id from audit.run where business_date = $1::date and ($2::text is null or dag_id = $2)`;

/** The runner's own views, each with the query of the rows that belong to a business date. */
const OWN_VIEWS: readonly (readonly [view: string, query: string])[] = [
  ['run', `select * from audit.run where run_id in (select run_id from (${RUNS}) r) order by run_id`],
  [
    'task',
    `select * from audit.task where run_id in (select run_id from (${RUNS}) r) order by task_instance_id`,
  ],
  [
    'attempt',
    `select * from audit.attempt where run_id in (select run_id from (${RUNS}) r) order by task_attempt_id`,
  ],
  ['file', `select * from audit.file where run_id in (select run_id from (${RUNS}) r) order by file_id`],
  [
    'approval',
    `select * from audit.approval where run_id in (select run_id from (${RUNS}) r) order by approval_id`,
  ],
  [
    'event',
    `select * from audit.event
      where run_id in (select run_id from (${RUNS}) r)
         or (run_id is null and ($2::text is null or dag_id = $2)
             and at >= $1::date::timestamp at time zone 'UTC' and at < ($1::date + 1)::timestamp at time zone 'UTC')
      order by event_id`,
  ],
  [
    'missing_date',
    `select * from audit.missing_date where business_date = $1::date and ($2::text is null or dag_id = $2)
      order by dag_id, scheduled_for`,
  ],
  [
    'dag_version',
    `select * from audit.dag_version where dag_version_id in (select dag_version_id from (${RUNS}) r)
      order by dag_version_id`,
  ],
];

export async function ownViews(
  db: PoolClient,
  { businessDate, dagId }: DateQuery,
): Promise<readonly ViewOfDate[]> {
  const views: ViewOfDate[] = [];
  for (const [view, query] of OWN_VIEWS) {
    const { rows } = await db.query<{ columns: string[] }>(
      `select array_agg(attname::text order by attnum) as columns from pg_attribute
        where attrelid = ('audit.' || $1)::regclass and attnum > 0 and not attisdropped`,
      [view],
    );
    views.push({ view, columns: rows[0]?.columns ?? [], query, values: [businessDate.toString(), dagId] });
  }
  return views;
}

export interface OtherViews {
  /** An identifier of this database, the same under every address. */
  readonly database: string;
  readonly readable: readonly ViewOfDate[];
  /** The names of the views that this role may not read. */
  readonly forbidden: readonly string[];
}

/** Returns every other view or table of schema `audit` that has a `business_date` column. */
export async function otherViews(db: PoolClient, { businessDate }: DateQuery): Promise<OtherViews> {
  const { rows: identity } = await db.query<{ database: string }>(
    `select current_database() || ' ' || pg_postmaster_start_time()::text as database`,
  );
  const { rows } = await db.query<{ view: string; from: string; columns: string[]; mayRead: boolean }>(
    `select c.relname::text as view, format('audit.%I', c.relname) as from,
            array_agg(a.attname::text order by a.attnum) as columns,
            has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select') as "mayRead"
       from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where n.nspname = 'audit' and c.relkind in ('r', 'v', 'm', 'p', 'f') and c.relname <> all($1)
      group by c.oid, n.oid, c.relname
     having bool_or(a.attname = 'business_date')
      order by c.relname`,
    [OWN_VIEWS.map(([view]) => view)],
  );
  return {
    database: identity[0]?.database ?? '',
    readable: rows
      .filter(({ mayRead }) => mayRead)
      .map(({ view, from, columns }) => ({
        view,
        columns,
        query: `select * from ${from} where business_date::date = $1::date`,
        values: [businessDate.toString()],
      })),
    forbidden: rows.filter(({ mayRead }) => !mayRead).map(({ view }) => view),
  };
}

const ROWS_AT_ONCE = 2_000;

/** Yields the rows as JSON texts written by Postgres, `ROWS_AT_ONCE` at a time. `tx` must be in a transaction. */
export async function* jsonRows(tx: PoolClient, view: ViewOfDate): AsyncGenerator<readonly string[]> {
  await tx.query(
    `declare audit_rows no scroll cursor for select row_to_json(v)::text as row from (${view.query}) v`,
    [...view.values],
  );
  for (;;) {
    const { rows } = await tx.query<{ row: string }>(`fetch ${ROWS_AT_ONCE} from audit_rows`);
    if (rows.length > 0) yield rows.map(({ row }) => row);
    if (rows.length < ROWS_AT_ONCE) break;
  }
  await tx.query('close audit_rows');
}
