import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { PostgresClient } from '../../../runner/connections/postgres/client.ts';
import { serverAccount } from '../../../runner/connections/postgres/embedded/account.ts';
import { findPostgresBinaries, programPath } from '../../../runner/connections/postgres/embedded/binaries.ts';
import { CLUSTER_USER, initCluster } from '../../../runner/connections/postgres/embedded/cluster.ts';
import { reachableBinaries } from '../../../runner/connections/postgres/embedded/home.ts';
import { freePort } from '../../../runner/connections/postgres/embedded/port.ts';
import {
  type ProgramContext,
  serverEnvironment,
} from '../../../runner/connections/postgres/embedded/program.ts';
import { DatabaseUnreachable } from '../../../runner/connections/postgres/errors.ts';

/** A server for one test run; its data is worth nothing. */
export interface ThrowawayServer {
  /** The URL of its maintenance database, as superuser. */
  readonly url: string;
  /** Stops it and removes its data. Happens by itself when this process ends, however it ends. */
  stop(): Promise<void>;
}

const SETTINGS = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  max_connections: '300',
  // Old WAL goes soon: the data may lie in memory.
  max_wal_size: '1GB',
  // No plan and no checkpoint depends on when a look at all of the run's databases comes by.
  autovacuum: 'off',
  // Each connection logs in by a password; hashing it 4096 times protects nothing here.
  scram_iterations: '1',
  timezone: 'UTC',
  log_timezone: 'UTC',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
};

/**
 * Runs the server (arguments: its folder, then the command) until stdin ends, that is until the process that started
 * this one stops it or is gone. Removes the folder, unless the server ended by itself: its log then says why.
 */
const UNTIL_STDIN_ENDS = `
folder=$1; shift
exec 3<&0
"$@" </dev/null >"$folder/server.log" 2>&1 3<&- &
server=$!
( read -r _ <&3; : >"$folder/stopped"; kill -QUIT $server ) &
wait $server
[ ! -e "$folder/stopped" ] || rm -rf "$folder"`;

/** Starts a server on a free port of 127.0.0.1. Takes about 1.5 s. */
export async function startThrowawayServer(): Promise<ThrowawayServer> {
  const directory = await mkdtemp(join(tmpdir(), 'stockflow-test-'));
  const account = await serverAccount(join(directory, 'data'));
  await chmod(directory, 0o755);
  if (account !== null) await chown(directory, account.uid, account.gid);
  const binaries = await reachableBinaries(findPostgresBinaries(), account);
  const context = { binaries, account, directory };
  const password = randomBytes(12).toString('hex');
  await initCluster(context, join(directory, 'data'), { password, settings: SETTINGS });
  const port = await freePort();
  const supervisor = supervise(context, port);
  const url = `postgres://${CLUSTER_USER}:${password}@127.0.0.1:${port}/postgres`;
  await untilReady(url, supervisor, join(directory, 'server.log'));
  return {
    url,
    async stop() {
      supervisor.ref();
      const exited = once(supervisor, 'exit');
      supervisor.stdin?.end();
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function supervise({ binaries, account, directory }: ProgramContext, port: number): ChildProcess {
  const server = [programPath(binaries, 'postgres'), '-D', join(directory, 'data'), '-p', `${port}`];
  const child = spawn('/bin/sh', ['-c', UNTIL_STDIN_ENDS, 'sh', directory, ...server], {
    ...(account ?? {}),
    cwd: directory,
    env: serverEnvironment(),
    stdio: ['pipe', 'ignore', 'ignore'],
    // A session of its own: Ctrl-C at the terminal must reach the tests only.
    detached: true,
  });
  child.unref();
  return child;
}

async function untilReady(url: string, supervisor: ChildProcess, logFile: string): Promise<void> {
  for (;;) {
    const client = new PostgresClient({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (!(error instanceof DatabaseUnreachable)) throw error;
      if (supervisor.exitCode !== null) {
        throw new Error(`the test server ended: ${await readFile(logFile, 'utf8')}`, { cause: error });
      }
    }
    await wait(20);
  }
}
