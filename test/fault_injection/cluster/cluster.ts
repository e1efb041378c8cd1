/** The campaign's own Postgres, durable (fsync on), which is crashed and restarted on the same data. */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  CLUSTER_USER,
  findPostgresBinaries,
  freePort,
  initCluster,
  PostgresClient,
  type ProgramContext,
  programPath,
  reachableBinaries,
  serverAccount,
  serverEnvironment,
} from '../../../runner/testing.ts';

const DATABASE = 'postgres';
const LOOK_AGAIN_MS = 20;

const SETTINGS = {
  fsync: 'on',
  synchronous_commit: 'on',
  max_connections: '300',
  timezone: 'UTC',
  log_timezone: 'UTC',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
};

/** The database of a campaign: one address, behind which the server may crash. */
export interface CampaignDatabase extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  crash(): Promise<void>;
  start(): Promise<void>;
}

export class ChaosCluster implements CampaignDatabase {
  readonly port: number;
  readonly url: string;
  readonly #context: ProgramContext;
  #server: ChildProcess | null = null;

  private constructor(context: ProgramContext, port: number, password: string) {
    this.#context = context;
    this.port = port;
    this.url = `postgres://${CLUSTER_USER}:${password}@127.0.0.1:${port}/${DATABASE}`;
    process.once('exit', () => this.#server?.kill('SIGQUIT'));
  }

  static async start(): Promise<ChaosCluster> {
    const directory = await mkdtemp(path.join(tmpdir(), 'stockflow-chaos-'));
    const account = await serverAccount(path.join(directory, 'data'));
    await chmod(directory, 0o755);
    if (account !== null) await chown(directory, account.uid, account.gid);
    const binaries = await reachableBinaries(findPostgresBinaries(), account);
    const context = { binaries, account, directory };
    const password = randomBytes(12).toString('hex');
    await initCluster(context, path.join(directory, 'data'), { password, settings: SETTINGS });
    const cluster = new ChaosCluster(context, await freePort(), password);
    await cluster.start();
    return cluster;
  }

  /** Runs `pg_ctl stop -m immediate`: no checkpoint; the next start recovers from the log. */
  async crash(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    const ended = once(server, 'exit');
    server.kill('SIGQUIT');
    await ended;
    this.#server = null;
  }

  /** Resolves when it accepts sessions. */
  async start(): Promise<void> {
    const { binaries, account, directory } = this.#context;
    const log = await open(path.join(directory, 'server.log'), 'a');
    this.#server = spawn(
      programPath(binaries, 'postgres'),
      ['-D', path.join(directory, 'data'), '-p', `${this.port}`],
      {
        ...(account ?? {}),
        cwd: directory,
        env: serverEnvironment(),
        stdio: ['ignore', log.fd, log.fd],
        // A session of its own: Ctrl-C at the terminal is for the campaign.
        detached: true,
      },
    );
    await log.close();
    while (!(await this.#answers())) await pause(LOOK_AGAIN_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.crash();
    await rm(this.#context.directory, { recursive: true, force: true });
  }

  async #answers(): Promise<boolean> {
    if (this.#server?.exitCode != null) throw new Error(`Postgres ended with ${this.#server.exitCode}`);
    const client = new PostgresClient({ connectionString: this.url });
    try {
      await client.connect();
      await client.end();
      return true;
    } catch {
      return false;
    }
  }
}
