/** The rows of one business date in the views of schema `audit`, the runner's own and whatever others lie there. */
import type { PoolClient } from 'pg';

export interface DateQuery {
  readonly businessDate: Temporal.PlainDate;
  /** Null for all. Other views than the runner's know no DAG, and are not narrowed. */
  readonly dagId: string | null;
}

export interface ViewOfDate {
  readonly view: string;
  readonly columns: readonly string[];
  /** Selects the rows as `v`; `$1` is the date. */
  readonly query: string;
  readonly values: readonly (string | null)[];
}

const RUNS = `select run_id, dag_version_id from audit.run where business_date = $1::date and ($2::text is null or dag_id = $2)`;

/** The runner's own views, each with the rows that belong to the date. */
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
  /** Tells this database from others, under whatever address it was reached. */
  readonly database: string;
  readonly readable: readonly ViewOfDate[];
  /** Names of those that this role may not read. */
  readonly forbidden: readonly string[];
}

/** Every other view or table of schema `audit` that has a `business_date`. */
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

/** The rows as Postgres writes them in JSON, some at a time. `tx` must be in a transaction. */
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
