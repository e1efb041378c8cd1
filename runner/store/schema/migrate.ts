import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseError, type Pool, type PoolClient } from 'pg';
import { ConnectionLost, errorCode } from '../../connections/postgres/errors.ts';
import { withTransaction } from '../../connections/postgres/transaction.ts';
import type { Queryable } from '../queryable.ts';
import {
  type Migration,
  MigrationError,
  type MigrationSource,
  readMigrations,
  readRoles,
} from './migration_file.ts';
import { type MigrationState, migrationState, readRecords } from './migration_record.ts';
import { refuseWorkersBefore } from './workers_before.ts';

const ROLES = ['stockflow_worker', 'stockflow_auditor'];
const INSUFFICIENT_PRIVILEGE = '42501';
const LOCK_NOT_AVAILABLE = '55P03';

/** The time in ms that a statement waits for a lock: whoever comes after it in the queue of that lock waits as long. */
const LOCK_TIMEOUT_MS = 1_000;
const LOCK_RETRY_MS = 500;
/** The time in ms after which a file that finds a table locked again and again is given up. */
const LOCKED_FOR_MS = 60_000;

const CREATE_TABLE = `
  create schema if not exists stockflow;
  create table if not exists stockflow.migration (
    set_name         text not null,
    version          integer not null,
    name             text not null,
    sha256           text not null,
    applied_at       timestamptz not null default now(),
    compatible_from  integer,
    primary key (set_name, version)
  );
  -- Under conditions, as alter table locks out the workers that ask for the version, whether or not it changes anything.
  do $$ begin
    if not exists (select from pg_attribute
                    where attrelid = 'stockflow.migration'::regclass and attname = 'compatible_from') then
      alter table stockflow.migration add column compatible_from integer;
    end if;
    -- It named the sets that there were then.
    if exists (select from pg_constraint
                where conrelid = 'stockflow.migration'::regclass and conname = 'set_name_is_known') then
      alter table stockflow.migration drop constraint set_name_is_known;
    end if;
  end $$;
  comment on table stockflow.migration is 'The migration files applied to this database, and the text each had';
  comment on column stockflow.migration.compatible_from is
    'The lowest version whose code works with it; null for one that was applied before versions said it';`;

export interface MigrateOptions {
  /** The time in ms for which a file is tried again while others hold locks that it needs; 60 s by default. */
  readonly lockedForMs?: number;
}

/**
 * Brings a set up to date. Each file is applied in a transaction of its own and recorded in `stockflow.migration`. Any
 * number of processes may call it at once, also while workers run: a file waits briefly for a lock, gives way to those
 * who queue behind it, and tries again. A database that has later migrations, with which these files work, is left as it
 * is, with the rights of its later version.
 * @returns the files that this call applied, in order
 * @throws MigrationError; the files applied before it stay applied
 */
export async function migrate(
  pool: Pool,
  source: MigrationSource,
  { lockedForMs = LOCKED_FOR_MS }: MigrateOptions = {},
): Promise<readonly Migration[]> {
  const migrations = await readMigrations(source.directory);
  const applied: Migration[] = [];
  for (;;) {
    const next = await whenUnlocked(pool, lockedForMs, () =>
      withTransaction(pool, (tx) => applyNext(tx, source, migrations)),
    );
    if (next === null) break;
    applied.push(next);
  }
  await applyRoles(pool, source, migrations);
  return applied;
}

/** Returns the files that `migrate` would apply, in order; changes nothing. */
export async function pendingMigrations(pool: Pool, source: MigrationSource): Promise<readonly Migration[]> {
  return (await readMigrationState(pool, source)).pending;
}

/** Returns how the database stands to the files of a set; changes nothing. @throws MigrationError if they do not fit */
export async function readMigrationState(db: Queryable, source: MigrationSource): Promise<MigrationState> {
  const migrations = await readMigrations(source.directory);
  return migrationState(source, migrations, await readRecords(db, source.set));
}

async function applyNext(
  tx: PoolClient,
  source: MigrationSource,
  migrations: readonly Migration[],
): Promise<Migration | null> {
  // A second process waits here, and then finds the file recorded.
  await lockMigrations(tx);
  const { pending, version } = migrationState(source, migrations, await readRecords(tx, source.set));
  const next = pending[0] ?? null;
  if (next === null) return null;
  await tx.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}; set local statement_timeout = 0`);
  if (source.set === 'runner') await refuseWorkersBefore(tx, pending, version);
  await apply(tx, source, next);
  return next;
}

async function apply(tx: PoolClient, source: MigrationSource, migration: Migration): Promise<void> {
  try {
    await tx.query(CREATE_TABLE);
    const before = await transactionId(tx);
    await tx.query(migration.sql);
    if ((await transactionId(tx)) !== before) {
      throw new MigrationError('it ends its transaction itself; remove its begin, commit or rollback');
    }
    await tx.query(
      `insert into stockflow.migration (set_name, version, name, sha256, compatible_from)
       values ($1, $2, $3, $4, $5)`,
      [source.set, migration.version, migration.name, migration.sha256, migration.compatibleFrom],
    );
  } catch (error) {
    if (error instanceof ConnectionLost) throw error;
    throw new MigrationError(
      `${join(source.directory, migration.name)}${lineOf(error, migration.sql)}: ${advice(error)}`,
      {
        cause: error,
      },
    );
  }
}

/** Tries again while the work finds a table locked. @throws MigrationError that names the oldest transactions */
async function whenUnlocked<T>(pool: Pool, lockedForMs: number, work: () => Promise<T>): Promise<T> {
  const until = performance.now() + lockedForMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const cause = error instanceof MigrationError ? error.cause : error;
      if (errorCode(cause) !== LOCK_NOT_AVAILABLE) throw error;
      if (performance.now() >= until) {
        const holders = await oldestTransactions(pool);
        const message = error instanceof Error ? error.message : String(error);
        throw new MigrationError(
          `${message}, tried for ${Math.round(lockedForMs / 1000)} s. Open transactions: ${holders}. ` +
            'Nothing was changed by this file; run it again once they have ended',
          { cause: error },
        );
      }
    }
    await pause(LOCK_RETRY_MS);
  }
}

async function oldestTransactions(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ pid: number; name: string; seconds: number }>(
    `select pid, coalesce(nullif(application_name, ''), 'unnamed') as name,
            round(extract(epoch from clock_timestamp() - xact_start))::integer as seconds
       from pg_stat_activity
      where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()
      order by xact_start limit 3`,
  );
  if (rows.length === 0) return 'none any more';
  return rows.map(({ pid, name, seconds }) => `"${name}" (pid ${pid}, for ${seconds} s)`).join(', ');
}

async function applyRoles(
  pool: Pool,
  source: MigrationSource,
  migrations: readonly Migration[],
): Promise<void> {
  const roles = await readRoles(source.directory);
  if (roles === null) return;
  try {
    await withTransaction(pool, async (tx) => {
      // Two transactions that grant the same right at once would fail.
      await lockMigrations(tx);
      // An earlier version would take away the rights on tables that it does not know.
      const { newer } = migrationState(source, migrations, await readRecords(tx, source.set));
      if (newer.length === 0) await tx.query(roles.sql);
    });
  } catch (error) {
    if (error instanceof ConnectionLost || error instanceof MigrationError) throw error;
    throw new MigrationError(`${roles.file}: ${advice(error)}`, { cause: error });
  }
}

/**
 * Returns the roles of `roles.sql` that the server lacks, for example because the migrating role may not create roles.
 */
export async function missingRoles(db: Queryable): Promise<readonly string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select name from unnest($1::text[]) as listed(name)
      where not exists (select from pg_roles where rolname = name)`,
    [ROLES],
  );
  return rows.map(({ name }) => name);
}

/** Takes the migration lock, which is held to the end of the transaction. */
async function lockMigrations(tx: PoolClient): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('stockflow.migration', 0))");
}

async function transactionId(tx: PoolClient): Promise<string> {
  const { rows } = await tx.query<{ id: string }>('select pg_current_xact_id()::text as id');
  return rows[0]?.id ?? '';
}

/** Returns `:12` for the line of the error if Postgres gives its position, else an empty string. */
function lineOf(error: unknown, sql: string): string {
  if (!(error instanceof DatabaseError) || error.position === undefined) return '';
  return `:${sql.slice(0, Number(error.position) - 1).split('\n').length}`;
}

function advice(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (errorCode(error) !== INSUFFICIENT_PRIVILEGE) return message;
  return `${message}. Migrate as the owner of the database, or let this role create schemas: grant create on database`;
}
