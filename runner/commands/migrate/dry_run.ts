/** Describes what `migrate` would do: each file, the tables that it locks, and whether workers may go on meanwhile. */
import type { Pool } from 'pg';
import { versionText } from '../../core/schema/migration_header.ts';
import { type LockMode, type TableLock, tableLocks } from '../../core/schema/table_locks.ts';
import { isQueueInstalled, QUEUE_SCHEMA } from '../../store/queue/schema.ts';
import { readMigrationState } from '../../store/schema/migrate.ts';
import type { Migration, MigrationSource } from '../../store/schema/migration_file.ts';
import { rowEstimates } from '../../store/schema/row_estimates.ts';
import { type WorkerBefore, workersBefore } from '../../store/schema/workers_before.ts';
import type { Column } from '../../view/listing.ts';
import { countText } from '../../view/time_text.ts';

export interface PlannedMigration {
  readonly set: string;
  readonly name: string;
  readonly title: string;
  /** Null where it is not known. */
  readonly locks: readonly PlannedLock[] | null;
  /** The lowest schema version whose workers may go on; null in a database without the set, where none works yet. */
  readonly workersFrom: number | null;
  /** The live workers that must stop first. */
  readonly mustStop: readonly WorkerBefore[];
  /** The version of the schema that the database has now: that of the workers before. */
  readonly present: number;
}

export interface PlannedLock extends TableLock {
  readonly rows: number;
}

const WAITING: Readonly<Record<LockMode, string>> = {
  RowExclusiveLock: 'other changes of the same rows',
  ShareUpdateExclusiveLock: 'nothing',
  ShareLock: 'writes',
  ShareRowExclusiveLock: 'writes',
  AccessExclusiveLock: 'reads and writes',
};

export const PLAN_COLUMNS: readonly Column<PlannedMigration>[] = [
  { key: 'set', value: ({ set }) => set },
  { key: 'name', value: ({ name }) => name },
  { key: 'title', value: ({ title }) => title },
  {
    key: 'locks',
    value: ({ locks }) =>
      locks?.map(({ table, mode, readsTable, rows }) => ({
        table,
        mode,
        waiting: WAITING[mode],
        reads_table: readsTable,
        rows,
      })) ?? null,
  },
  { key: 'workers', value: (planned) => verdictOf(planned) },
  {
    key: 'workers_from',
    value: ({ workersFrom }) => (workersFrom === null ? null : versionText(workersFrom)),
  },
  {
    key: 'must_stop',
    value: ({ mustStop }) =>
      mustStop.map(({ workerId, host, pid, codeVersion, schemaVersion }) => ({
        worker_id: workerId,
        host,
        pid,
        code_version: codeVersion,
        schema_version: versionText(schemaVersion),
      })),
  },
];

/** Returns what `migrate` would apply, in order. @throws MigrationError as `migrate` does */
export async function planMigrations(
  pool: Pool,
  sources: readonly MigrationSource[],
): Promise<readonly PlannedMigration[]> {
  const planned: PlannedMigration[] = [];
  if (!(await isQueueInstalled(pool))) {
    const title = 'The tables of graphile-worker, whose jobs wake workers';
    const none = { locks: null, workersFrom: null, mustStop: [], present: 0 };
    planned.push({ set: 'queue', name: QUEUE_SCHEMA, title, ...none });
  }
  for (const source of sources) {
    const { pending, version } = await readMigrationState(pool, source);
    for (const migration of pending)
      planned.push(await plan(pool, migration, { set: source.set, present: version }));
  }
  return planned;
}

async function plan(
  pool: Pool,
  migration: Migration,
  { set, present }: Pick<PlannedMigration, 'set' | 'present'>,
): Promise<PlannedMigration> {
  const { name, title, sql, compatibleFrom } = migration;
  const locks = tableLocks(sql);
  const rows = await rowEstimates(
    pool,
    locks.map(({ table }) => table),
  );
  return {
    set,
    name,
    title,
    locks: locks.flatMap((lock) => {
      const count = rows.get(lock.table);
      // A table that a file before it makes has no user yet.
      return count === undefined ? [] : [{ ...lock, rows: count }];
    }),
    workersFrom: present === 0 ? null : compatibleFrom,
    mustStop: set === 'runner' ? await workersBefore(pool, { compatibleFrom, present }) : [],
    present,
  };
}

/** Returns a paragraph for each file. */
export function planText(rows: readonly PlannedMigration[]): string {
  return rows
    .map(
      (planned) =>
        `${planned.set}  ${planned.name}\n  ${planned.title}\n` +
        `  locks    ${locksText(planned.locks)}\n  workers  ${workersText(planned)}\n`,
    )
    .join('\n');
}

function verdictOf({ workersFrom, present }: PlannedMigration): 'continue' | 'stop' | null {
  if (workersFrom === null) return null;
  return workersFrom <= present ? 'continue' : 'stop';
}

function workersText(planned: PlannedMigration): string {
  const verdict = verdictOf(planned);
  if (verdict === null) return 'none works here yet';
  return verdict === 'continue'
    ? `may go on that know ${versionText(planned.workersFrom ?? 0)} or later`
    : 'must stop first';
}

function locksText(locks: readonly PlannedLock[] | null): string {
  if (locks === null) return 'not known';
  const felt = locks.filter(({ mode }) => mode !== 'ShareUpdateExclusiveLock');
  if (felt.length === 0) return 'none that anybody feels';
  return felt.map(lockText).join('\n           ');
}

function lockText({ table, mode, readsTable, rows }: PlannedLock): string {
  const span = readsTable ? `while about ${countText(rows)} rows are read` : 'for a moment';
  return `${WAITING[mode]} of ${table} wait ${span}`;
}
