/** A database of its own for a test: on the server of `TEST_DATABASE_URL`, else on an embedded one that tests share. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { createPool } from '../connections/postgres/connect.ts';
import { ensureEmbeddedPostgres } from '../connections/postgres/embedded/server.ts';
import { PACKAGE_DIR } from '../manifest.ts';
import { migrate } from '../store/schema/migrate.ts';

export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
  readonly pool: Pool;
}

export interface TestDatabaseOptions {
  /** The sets of migrations to apply, in this order, by the names of their folders; none by default. */
  readonly migrations?: readonly string[];
}

/**
 * Makes an empty database, and drops it when it is disposed. The embedded server lies in `$STOCKFLOW_HOME/test`, apart from the data
 * of the project, and stops with the last test that uses it.
 */
export async function openTestDatabase({ migrations = [] }: TestDatabaseOptions = {}): Promise<TestDatabase> {
  await using undo = new AsyncDisposableStack();
  const server = undo.use(await openTestServer());
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(server.url, `create database ${name} template template0 encoding 'UTF8'`);
  undo.defer(() => onServer(server.url, `drop database ${name} with (force)`));
  const url = urlOf(server.url, name);
  const pool = createPool(url, { applicationName: 'stockflow test', max: 10 });
  undo.defer(() => pool.end());
  for (const set of migrations) {
    await migrate(pool, { set, directory: join(PACKAGE_DIR, 'migrations', set) });
  }
  const kept = undo.move();
  return { url, pool, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

export interface TestServer extends AsyncDisposable {
  readonly url: string;
}

/**
 * Finds the server of tests, or starts it. A test run that holds it from its beginning to its end spares each test file the start.
 */
export async function openTestServer(): Promise<TestServer> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) return { url: given, async [Symbol.asyncDispose]() {} };
  return await ensureEmbeddedPostgres({ homeDir: join(process.env.STOCKFLOW_HOME || '.stockflow', 'test') });
}

async function onServer(serverUrl: string, statement: string): Promise<void> {
  const pool = createPool(serverUrl, { applicationName: 'stockflow test admin', max: 1 });
  try {
    await pool.query(statement);
  } finally {
    await pool.end();
  }
}

function urlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}
