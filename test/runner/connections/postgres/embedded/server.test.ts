import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test, { after, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { connectDatabase, createPool } from '../../../../../runner/connections/postgres/connect.ts';
import { runningServer } from '../../../../../runner/connections/postgres/embedded/running.ts';
import { ensureEmbeddedPostgres } from '../../../../../runner/connections/postgres/embedded/server.ts';
import type { Lifetime } from '../../../../support/postgres/database.ts';

const USER = join(import.meta.dirname, '../../../../support/postgres/user.ts');
const run = promisify(execFile);

const original = home({ after });
await (await ensureEmbeddedPostgres({ homeDir: await original }))[Symbol.asyncDispose]();

test('the first user starts the server, the second finds it, and whoever leaves last stops it', async (t) => {
  const homeDir = await home(t);
  const first = await arrive(t, homeDir);
  const second = await arrive(t, homeDir);
  assert.deepEqual([first.startedHere, second.startedHere], [true, false]);
  assert.equal(second.url, first.url);
  await first.leave();
  assert.equal(await valueAt(second.url, '1'), 1);
  await second.leave();
  assert.equal(await runningServer(data(homeDir)), null);
});

test('data survive a stop and a start, on the same port', async (t) => {
  const homeDir = await usedHome(t);
  const before = await arrive(t, homeDir);
  await valueAt(before.url, '(select 1)', 'create table kept as select 42 as answer');
  await before.leave();
  const again = await arrive(t, homeDir);
  assert.equal(again.startedHere, true);
  assert.equal(again.url, before.url);
  assert.equal(await valueAt(again.url, '(select answer from kept)'), 42);
  await again.leave();
});

test('the server is durable, in UTC and UTF-8, and listens on this machine only', async (t) => {
  const homeDir = await usedHome(t);
  await using server = await ensureEmbeddedPostgres({ homeDir });
  const settings = {
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    TimeZone: 'UTC',
    server_encoding: 'UTF8',
    password_encryption: 'scram-sha-256',
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
  };
  for (const [name, value] of Object.entries(settings)) {
    assert.equal(await valueAt(server.url, `current_setting('${name}')`), value, name);
  }
  assert.equal(new URL(server.url).pathname, '/stockflow');
  assert.equal((await stat(join(homeDir, 'postgres/password'))).mode & 0o777, 0o600);
});

test('of four users that arrive at once one starts the server and all use it', async (t) => {
  const homeDir = await home(t);
  const users = await Promise.all([1, 2, 3, 4].map(() => arrive(t, homeDir)));
  assert.equal(users.filter(({ startedHere }) => startedHere).length, 1);
  assert.equal(new Set(users.map(({ url }) => url)).size, 1);
  await Promise.all(users.map((user) => user.leave()));
  assert.equal(await runningServer(data(homeDir)), null);
});

test('a server whose users were all killed is found by the next, who stops it', async (t) => {
  const homeDir = await usedHome(t);
  const killed = await arrive(t, homeDir);
  const server = await runningServer(data(homeDir));
  await killed.kill('SIGKILL');
  assert.deepEqual(await runningServer(data(homeDir)), server);
  const next = await arrive(t, homeDir);
  assert.equal(next.startedHere, false);
  await next.leave();
  assert.equal(await runningServer(data(homeDir)), null);
});

test('Ctrl-C at the terminal, which reaches the whole process group, does not reach the server', async (t) => {
  const homeDir = await usedHome(t);
  const user = await arrive(t, homeDir);
  await user.kill('SIGINT');
  assert.equal(await valueAt(user.url, '1'), 1);
});

test('a killed server is started again by the next user, with all that was committed', async (t) => {
  const homeDir = await usedHome(t);
  const user = await arrive(t, homeDir);
  await valueAt(user.url, '(select 1)', 'create table kept as select 42 as answer');
  await user.kill('SIGKILL');
  await killServer(homeDir);
  const next = await arrive(t, homeDir);
  assert.equal(next.startedHere, true);
  assert.equal(await valueAt(next.url, '(select answer from kept)'), 42);
  await next.leave();
});

test('a server killed under its user is brought back by the user, at the same address', async (t) => {
  const homeDir = await usedHome(t);
  const user = await arrive(t, homeDir);
  await killServer(homeDir);
  await user.logged('the embedded Postgres is running again');
  assert.equal(await valueAt(user.url, '1'), 1);
  await user.leave();
  assert.equal(await runningServer(data(homeDir)), null);
});

test('a pid file left behind whose number now is another program does not keep the server from starting', async (t) => {
  const homeDir = await usedHome(t);
  const pidFile = join(data(homeDir), 'postmaster.pid');
  await writeFile(pidFile, `${process.pid}\n${data(homeDir)}\n1\n1\n\n127.0.0.1\n`, { mode: 0o600 });
  const next = await arrive(t, homeDir);
  assert.equal(next.startedHere, true);
  await next.leave();
});

test('a port that was taken meanwhile is given up for another', async (t) => {
  const homeDir = await usedHome(t);
  const before = await arrive(t, homeDir);
  await before.leave();
  const taken = spawn(process.execPath, ['-e', HOLD_PORT, new URL(before.url).port], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => taken.kill());
  await once(taken.stdout, 'data');
  const next = await arrive(t, homeDir);
  assert.notEqual(new URL(next.url).port, new URL(before.url).port);
  assert.equal(await valueAt(next.url, '1'), 1);
  await next.leave();
});

test('the server is left running for a session that is no user of ours, and the log names it', async (t) => {
  const homeDir = await usedHome(t);
  const user = await arrive(t, homeDir);
  const visitor = createPool(user.url, { applicationName: 'psql of an auditor', max: 1 });
  await visitor.query('select 1');
  await user.leave();
  await user.logged('the embedded Postgres is left running for sessions that are still open');
  assert.equal((await visitor.query('select 1 as one')).rows[0].one, 1);
  await visitor.end();
  await (await arrive(t, homeDir)).leave();
  assert.equal(await runningServer(data(homeDir)), null);
});

test('a first start that was cut off leaves nothing in the way of the next', async (t) => {
  const homeDir = await home(t);
  await mkdir(join(homeDir, 'postgres/data.new/base'), { recursive: true });
  await (await arrive(t, homeDir)).leave();
});

test('a missing password file and another major version are refused, saying what to do', async (t) => {
  const homeDir = await usedHome(t);
  const passwordFile = join(homeDir, 'postgres/password');
  const password = await readFile(passwordFile, 'utf8');
  await rm(passwordFile);
  await assert.rejects(ensureEmbeddedPostgres({ homeDir }), /postgres\/password is missing: .*Restore it/);
  await writeFile(passwordFile, password);
  await writeFile(join(data(homeDir), 'PG_VERSION'), '9\n');
  await assert.rejects(
    ensureEmbeddedPostgres({ homeDir }),
    /made by Postgres 9, and the one that is installed is 18/,
  );
});

test('root can keep its home where nobody else may look', { skip: process.getuid?.() !== 0 }, async (t) => {
  const parent = await home(t);
  await chmod(parent, 0o700);
  const homeDir = join(parent, 'stockflow');
  await (await arrive(t, homeDir)).leave();
  const location = (await readFile(join(homeDir, 'postgres/location'), 'utf8')).trim();
  t.after(() => rm(location, { recursive: true }));
  assert.equal((await readFile(join(location, 'data/PG_VERSION'), 'utf8')).trim(), '18');
  const again = await arrive(t, homeDir);
  assert.equal(await valueAt(again.url, '1'), 1);
  await again.leave();
  assert.equal(await runningServer(join(location, 'data')), null);
});

test('without DATABASE_URL the database is the embedded one, and closing it closes its pools and the server', async (t) => {
  const homeDir = await usedHome(t);
  const database = await connectDatabase({ STOCKFLOW_HOME: homeDir });
  assert.deepEqual(database.embedded, { startedHere: true });
  const pool = database.createPool({ applicationName: 'test', max: 2 });
  assert.equal((await pool.query('select current_database() as name')).rows[0].name, 'stockflow');
  await database[Symbol.asyncDispose]();
  assert.equal(pool.ended, true);
  assert.equal(await runningServer(data(homeDir)), null);
});

const HOLD_PORT = `
  require('node:net').createServer().listen(Number(process.argv[1]), '127.0.0.1', () => console.log('held'))`;

interface User {
  readonly url: string;
  readonly startedHere: boolean;
  /** Ends in good order. */
  leave(): Promise<void>;
  /** To its whole process group. */
  kill(signal: 'SIGKILL' | 'SIGINT'): Promise<void>;
  /** Waits until it has said so. */
  logged(message: string): Promise<void>;
}

async function arrive(t: TestContext, homeDir: string): Promise<User> {
  const child = spawn(process.execPath, [USER, homeDir], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const lines: Record<string, unknown>[] = [];
  const output = createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line)));
  const find = async (key: string, wanted?: string) => {
    for (;;) {
      const line = lines.find(
        (candidate) => key in candidate && (wanted === undefined || candidate[key] === wanted),
      );
      if (line !== undefined) return line;
      assert.equal(child.exitCode, null, 'the user ended');
      await Promise.race([once(output, 'line'), once(child, 'exit')]);
    }
  };
  const { url, startedHere } = await find('url');
  assert.ok(typeof url === 'string' && typeof startedHere === 'boolean');
  return {
    url,
    startedHere,
    async leave() {
      child.stdin.end();
      assert.deepEqual(await ended(child), [0, null]);
    },
    async kill(signal) {
      const gone = ended(child);
      process.kill(-(child.pid ?? 0), signal);
      assert.deepEqual(await gone, [null, signal]);
    },
    async logged(message) {
      await find('message', message);
    },
  };
}

async function ended(child: ChildProcess): Promise<unknown[]> {
  return child.exitCode === null && child.signalCode === null
    ? once(child, 'close')
    : [child.exitCode, child.signalCode];
}

/** A new empty home that the server's account can enter; afterwards its server is killed and the folder removed. */
async function home(t: Lifetime): Promise<string> {
  const homeDir = await mkdtemp(join(tmpdir(), 'stockflow-home-'));
  await chmod(homeDir, 0o755);
  t.after(async () => {
    await killServer(homeDir);
    await rm(homeDir, { recursive: true, maxRetries: 20, retryDelay: 100 });
  });
  return homeDir;
}

/** A home whose server ran before and was stopped: a copy, as making each takes seconds. */
async function usedHome(t: Lifetime): Promise<string> {
  const homeDir = await home(t);
  await run('cp', ['-a', join(await original, 'postgres'), homeDir]);
  return homeDir;
}

function data(homeDir: string): string {
  return join(homeDir, 'postgres/data');
}

async function killServer(homeDir: string): Promise<void> {
  const server = await runningServer(data(homeDir));
  if (server !== null) process.kill(server.pid, 'SIGKILL');
}

/** The value of an expression, by a session of its own; `first` is run before. */
async function valueAt(url: string, expression: string, first?: string): Promise<unknown> {
  const pool = createPool(url, { applicationName: 'test', max: 1 });
  try {
    if (first !== undefined) await pool.query(first);
    return (await pool.query(`select ${expression} as value`)).rows[0].value;
  } finally {
    await pool.end();
  }
}
