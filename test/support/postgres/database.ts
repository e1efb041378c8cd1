import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg, { type Pool } from 'pg';
import { PostgresClient } from '../../../runner/connections/postgres/client.ts';
import { createPool } from '../../../runner/connections/postgres/connect.ts';
import { createLog } from '../../../runner/log.ts';
import { migrate } from '../../../runner/store/schema/migrate.ts';
import { type MigrationSet, readMigrations } from '../../../runner/store/schema/migration_file.ts';
import { startThrowawayServer } from './server.ts';

export interface TestDatabase {
  readonly url: string;
  /** As superuser; ended by the clean-up. */
  readonly pool: Pool;
}

/** Anything that can clean up: a test's context, or `{ after }` of node:test for a database that a whole file shares. */
export interface Lifetime {
  after(cleanUp: () => Promise<void>): void;
}

export interface DatabaseOptions {
  readonly migrations?: readonly TestSchema[];
  /** The URL of a server of the test's own, which ends with the test; the run's server by default. */
  readonly server?: string | undefined;
}

/** The queue's own schema comes with its package, not as files of ours. */
export type TestSchema = MigrationSet | 'queue';

const MIGRATIONS = join(import.meta.dirname, '../../../migrations');
const PACKAGE_LOCK = join(import.meta.dirname, '../../../package-lock.json');

/** The variable through which the global set-up gives the test processes the URL of their server. */
export const TEST_SERVER_VARIABLE = 'STOCKFLOW_TEST_SERVER_URL';

let ownServerUrl: Promise<string> | undefined;
let admin: Pool | undefined;

/**
 * Returns a new database with the migrations of `migrations` applied in that order (none by default), dropped when
 * `lifetime` ends. Copied from a template that is made once per content of the migrations, so that it takes about 15 ms in memory.
 */
export async function testDatabase(lifetime: Lifetime, options: DatabaseOptions = {}): Promise<TestDatabase> {
  if (options.server !== undefined)
    return await databaseOn(options.server, lifetime, options.migrations ?? []);
  const serverUrl = await testServerUrl();
  const name = `test_${process.pid}_${randomBytes(4).toString('hex')}`;
  const administrator = adminPool(serverUrl);
  const template = await ensureTemplate(administrator, serverUrl, options.migrations ?? []);
  // As files: the default way writes the whole template into the WAL.
  await administrator.query(`create database ${name} template ${template} strategy file_copy`);
  const url = databaseUrl(serverUrl, name);
  const pool = createPool(url, { applicationName: 'stockflow test', max: 10 });
  lifetime.after(async () => {
    await pool.end();
    await administrator.query(`drop database ${name} with (force)`);
  });
  return { url, pool };
}

/** On a server that ends with the test, and the database with it; no template is kept there. */
async function databaseOn(
  serverUrl: string,
  lifetime: Lifetime,
  sets: readonly TestSchema[],
): Promise<TestDatabase> {
  const name = `test_${randomBytes(4).toString('hex')}`;
  const maintenance = createPool(serverUrl, { applicationName: 'stockflow test admin', max: 1 });
  await maintenance.query(`create database ${name} template template0 encoding 'UTF8'`);
  await maintenance.end();
  const url = databaseUrl(serverUrl, name);
  await applyAll(url, sets);
  const pool = createPool(url, { applicationName: 'stockflow test', max: 10 });
  lifetime.after(() => pool.end());
  return { url, pool };
}

/** The server of this run (`TEST_DATABASE_URL`, or the global set-up's); a test file run on its own starts one of its own. */
export function testServerUrl(): Promise<string> {
  const given = process.env.TEST_DATABASE_URL || process.env[TEST_SERVER_VARIABLE];
  if (given) return Promise.resolve(given);
  ownServerUrl ??= startThrowawayServer().then((server) => server.url);
  return ownServerUrl;
}

/** Under a lock, as test files run in parallel processes; renamed when it is whole, so that no half-made one is used. */
async function ensureTemplate(admin: Pool, serverUrl: string, sets: readonly TestSchema[]): Promise<string> {
  const name = `template_${await contentHash(sets)}`;
  if (await exists(admin, name)) return name;
  const client = await admin.connect();
  try {
    await client.query("select pg_advisory_lock(hashtext('stockflow test template'))");
    if (!(await exists(client, name))) {
      const draft = `${name}_draft`;
      await client.query(`drop database if exists ${draft}`);
      await client.query(`create database ${draft} template template0 encoding 'UTF8'`);
      await applyAll(databaseUrl(serverUrl, draft), sets);
      await client.query(`alter database ${draft} rename to ${name}`);
    }
    return name;
  } finally {
    client.release(true);
  }
}

async function exists(admin: Pick<Pool, 'query'>, database: string): Promise<boolean> {
  const { rowCount } = await admin.query('select from pg_database where datname = $1', [database]);
  return rowCount === 1;
}

async function applyAll(url: string, sets: readonly TestSchema[]): Promise<void> {
  for (const set of sets) await (set === 'queue' ? installQueue(url) : applyFiles(url, set));
}

async function applyFiles(url: string, set: MigrationSet): Promise<void> {
  const pool = createPool(url, { applicationName: 'stockflow test template', max: 1 });
  try {
    await migrate(pool, { set, directory: join(MIGRATIONS, set) });
  } finally {
    await pool.end();
  }
}

/** Imported here: few test files make a template, and most of the others need no queue. */
async function installQueue(url: string): Promise<void> {
  const { migrateQueue } = await import('../../../runner/engine/queue/queue.ts');
  await migrateQueue(url, createLog({ format: 'pretty', level: 'error' }));
}

async function contentHash(sets: readonly TestSchema[]): Promise<string> {
  const hash = createHash('sha256');
  for (const set of sets) {
    hash.update(`${set}\n`);
    if (set === 'queue') hash.update(await readFile(PACKAGE_LOCK));
    else {
      for (const { name, sha256 } of await readMigrations(join(MIGRATIONS, set)))
        hash.update(`${name} ${sha256}\n`);
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** Kept by a process for all its databases; while idle, it does not keep the process. */
function adminPool(serverUrl: string): Pool {
  if (admin === undefined) {
    admin = new pg.Pool({
      Client: PostgresClient,
      connectionString: serverUrl,
      application_name: 'stockflow test admin',
      max: 1,
      idleTimeoutMillis: 0,
      allowExitOnIdle: true,
    });
    // The server that a test file started for itself may end before the file's process.
    admin.on('error', () => {});
  }
  return admin;
}

function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
