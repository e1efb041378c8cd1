/** A temporary PgBouncer on loopback, before a database of the tests. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { serverAccount } from '../../../runner/connections/postgres/embedded/account.ts';
import { freePort } from '../../../runner/connections/postgres/embedded/port.ts';
import type { Lifetime } from './database.ts';

const PLACES = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'];
const PORT_ATTEMPTS = 5;

/** Lines of its configuration: `pool_mode`, `default_pool_size`, ... Its own defaults hold for the rest. */
export type PgbouncerSettings = Readonly<Record<string, string | number>>;

/**
 * For the `skip` of a test. Only a developer's machine may lack it: in CI (`CI` set) the test runs, and fails.
 */
export function skipWithoutPgbouncer(): string | false {
  return program() !== null || process.env.CI !== undefined ? false : 'no pgbouncer on this machine';
}

/** A database with settings of its own in the pooler's section `[databases]`. */
export interface PooledDatabase {
  readonly url: string;
  readonly settings: PgbouncerSettings;
}

/** @returns the URL of the same database through a PgBouncer that ends with `lifetime` */
export async function startPgbouncer(
  lifetime: Lifetime,
  database: string | PooledDatabase,
  settings: PgbouncerSettings,
): Promise<string> {
  const { url: databaseUrl, settings: own } =
    typeof database === 'string' ? { url: database, settings: {} } : database;
  const pgbouncer = program();
  if (pgbouncer === null) throw new Error('pgbouncer is missing: install it');
  const directory = await mkdtemp(join(tmpdir(), 'stockflow-pgbouncer-'));
  // It refuses to run as root.
  const account = await serverAccount(join(directory, 'data'));
  if (account !== null) await chown(directory, account.uid, account.gid);
  const stopped: (() => Promise<void>)[] = [() => rm(directory, { recursive: true, force: true })];
  lifetime.after(async () => {
    for (const stop of stopped) await stop();
  });
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const file = join(directory, `pgbouncer_${port}.ini`);
    await writeFile(file, configOf({ url: databaseUrl, settings: own }, { listen_port: port, ...settings }));
    const child = spawn(pgbouncer, [file], {
      ...(account ?? {}),
      cwd: directory,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const exited = once(child, 'exit');
    let complaint = '';
    for await (const line of createInterface({ input: child.stderr })) {
      complaint = line;
      if (line.includes('process up')) break;
    }
    if (complaint.includes('process up')) {
      child.stderr.resume();
      stopped.unshift(async () => {
        child.kill('SIGKILL');
        await exited;
      });
      const url = new URL(databaseUrl);
      url.port = String(port);
      return url.href;
    }
    await exited;
    if (attempt === PORT_ATTEMPTS) throw new Error(`pgbouncer did not start: ${complaint}`);
  }
}

/** Whoever logs in is the URL's own user: what is tried here is the pooling. */
function configOf({ url, settings: own }: PooledDatabase, settings: PgbouncerSettings): string {
  const { hostname, port, username, password } = new URL(url);
  const entry = Object.entries(own).map(([name, value]) => ` ${name}=${value}`);
  const secret = password === '' ? '' : ` password=${decodeURIComponent(password)}`;
  return [
    '[databases]',
    `* = host=${hostname} port=${port} user=${username}${secret}${entry.join('')}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    'unix_socket_dir =',
    'auth_type = any',
    ...Object.entries(settings).map(([name, value]) => `${name} = ${value}`),
    '',
  ].join('\n');
}

function program(): string | null {
  return PLACES.find((path) => existsSync(path)) ?? null;
}
