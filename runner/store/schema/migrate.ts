import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseError, type Pool, type PoolClient } from 'pg';
import { ConnectionLost, errorCode } from '../../connections/postgres/errors.ts';
import { withTransaction } from '../../connections/postgres/transaction.ts';
import type { Queryable } from '../queryable.ts';

/** The name of a set: that of its folder. Sets are independent: they may lie in one database or in two. */
export type MigrationSet = string;

/**
 * The numbered forward-only files of a set and its `roles.sql`, which grants the rights of each role. `roles.sql` is
 * applied after the files every time, as rights depend on roles that come and go and on what the queue has installed.
 */
export interface MigrationSource {
  readonly set: MigrationSet;
  /** The folder with `0001_name.sql`, `0002_...`; if it is absent or empty there is nothing to apply. */
  readonly directory: string;
}

export interface Migration {
  readonly version: number;
  /** The name of the file. */
  readonly name: string;
  readonly sql: string;
  /** The sha256 of the text with LF line ends, so that the settings of a checkout do not change it. */
  readonly sha256: string;
}

/** The database and the migration files do not match, or a file could not be applied. The message says what to do. */
export class MigrationError extends Error {
  override name = 'MigrationError';
}

const ROLES_FILE = 'roles.sql';
const ROLES = ['stockflow_worker', 'stockflow_auditor'];
const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;
const INSUFFICIENT_PRIVILEGE = '42501';

const CREATE_TABLE = `
  create schema if not exists stockflow;
  create table if not exists stockflow.migration (
    set_name    text not null,
    version     integer not null,
    name        text not null,
    sha256      text not null,
    applied_at  timestamptz not null default now(),
    primary key (set_name, version)
  );
  -- It named the sets that there were then.
  alter table stockflow.migration drop constraint if exists set_name_is_known;
  comment on table stockflow.migration is 'The migration files applied to this database, and the text each had';`;

/**
 * Returns the files of a directory, by version.
 * @throws MigrationError for a badly named file and for a number used twice
 */
export async function readMigrations(directory: string): Promise<readonly Migration[]> {
  const migrations: Migration[] = [];
  for (const name of (await sqlFiles(directory)).filter((file) => file !== ROLES_FILE).sort()) {
    const version = Number(FILE_NAME.exec(name)?.[1]);
    if (Number.isNaN(version))
      throw new MigrationError(`${join(directory, name)}: a migration is named 0001_name.sql`);
    const twin = migrations.find((other) => other.version === version);
    if (twin) throw new MigrationError(`${directory}: ${twin.name} and ${name} have the same number`);
    const sql = (await readFile(join(directory, name), 'utf8')).replaceAll('\r\n', '\n');
    migrations.push({ version, name, sql, sha256: createHash('sha256').update(sql).digest('hex') });
  }
  return migrations;
}

/**
 * Brings a set up to date. Each file is applied in a transaction of its own and recorded in `stockflow.migration`. Any
 * number of processes may call it at once.
 * @returns the files that this call applied, in order
 * @throws MigrationError; the files applied before it stay applied
 */
export async function migrate(pool: Pool, source: MigrationSource): Promise<readonly Migration[]> {
  const migrations = await readMigrations(source.directory);
  const applied: Migration[] = [];
  for (;;) {
    const next = await withTransaction(pool, (tx) => applyNext(tx, source, migrations));
    if (next === null) break;
    applied.push(next);
  }
  await applyRoles(pool, source);
  return applied;
}

/** Returns the files that `migrate` would apply, in order; changes nothing. */
export async function pendingMigrations(pool: Pool, source: MigrationSource): Promise<readonly Migration[]> {
  const migrations = await readMigrations(source.directory);
  return pending(source, migrations, await readRecords(pool, source.set));
}

async function applyNext(
  tx: PoolClient,
  source: MigrationSource,
  migrations: readonly Migration[],
): Promise<Migration | null> {
  // A second process waits here, and then finds the file recorded.
  await lockMigrations(tx);
  const next = pending(source, migrations, await readRecords(tx, source.set))[0] ?? null;
  if (next !== null) await apply(tx, source, next);
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
      'insert into stockflow.migration (set_name, version, name, sha256) values ($1, $2, $3, $4)',
      [source.set, migration.version, migration.name, migration.sha256],
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

async function applyRoles(pool: Pool, { directory }: MigrationSource): Promise<void> {
  if (!(await sqlFiles(directory)).includes(ROLES_FILE)) return;
  const sql = await readFile(join(directory, ROLES_FILE), 'utf8');
  try {
    await withTransaction(pool, async (tx) => {
      // Two transactions that grant the same right at once would fail.
      await lockMigrations(tx);
      await tx.query(sql);
    });
  } catch (error) {
    if (error instanceof ConnectionLost) throw error;
    throw new MigrationError(`${join(directory, ROLES_FILE)}: ${advice(error)}`, { cause: error });
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

interface Recorded {
  readonly version: number;
  readonly name: string;
  readonly sha256: string;
}

async function readRecords(db: Queryable, set: MigrationSet): Promise<readonly Recorded[]> {
  const { rows: found } = await db.query<{ exists: boolean }>(
    "select to_regclass('stockflow.migration') is not null as exists",
  );
  if (found[0]?.exists !== true) return [];
  const { rows } = await db.query<Recorded>(
    'select version, name, sha256 from stockflow.migration where set_name = $1 order by version',
    [set],
  );
  return rows;
}

/** Returns the files that are left to apply, after checking that the recorded files are the first of the given ones. */
function pending(
  source: MigrationSource,
  migrations: readonly Migration[],
  done: readonly Recorded[],
): readonly Migration[] {
  for (const [index, record] of done.entries()) {
    const file = migrations[index];
    if (file === undefined) {
      throw new MigrationError(
        `the database is newer than this code: it has the ${source.set} migration ${record.name}, which ` +
          `${source.directory} lacks. Update the code`,
      );
    }
    if (file.version !== record.version) {
      throw new MigrationError(
        `${join(source.directory, file.name)} is not in the database, though the later ${record.name} is. ` +
          'Number a new migration after all that were applied',
      );
    }
    if (file.sha256 !== record.sha256) {
      throw new MigrationError(
        `${join(source.directory, file.name)} was changed after it was applied. ` +
          'Restore it, and put the change into a new migration',
      );
    }
  }
  return migrations.slice(done.length);
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

async function sqlFiles(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => name.endsWith('.sql'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
