/**
 * Runs the Postgres that comes with Stockflow, for use without DATABASE_URL: one durable server per home folder, shared
 * by all commands that run at once. The first command starts it. Each holds a lease (a session) while it runs, and the
 * last one to end stops the server. After a `kill -9` the server stays; the next command finds it, and stops it if it
 * is the last to end.
 */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DatabaseUnreachable } from '../errors.ts';
import { stopCluster } from './cluster.ts';
import { openEmbedded, serverUrl, startServer } from './config.ts';
import { EmbeddedPostgresError } from './error.ts';
import { makeHome } from './home.ts';
import { openLease, type PostgresLease } from './lease.ts';
import { holdLock } from './lock.ts';
import { runningServer } from './running.ts';

export interface EmbeddedPostgres extends AsyncDisposable {
  /** The URL of the database `stockflow` as its owner, with the password. */
  readonly url: string;
  /** False if the server was running already. */
  readonly startedHere: boolean;
}

export interface EmbeddedPostgresOptions {
  /** The home folder, `$STOCKFLOW_HOME`; created if missing. */
  readonly homeDir: string;
  readonly log?: ServerLog;
}

export interface ServerLog {
  info(message: string, facts?: Record<string, string>): void;
  warn(message: string, facts?: Record<string, string>): void;
}

const DATABASE = 'stockflow';
const LOCK_TIMEOUT_MS = 120_000;
/** The time in ms to wait for a server that is still starting or recovering. */
const READY_TIMEOUT_MS = 60_000;
/** The time in ms to wait until sessions that were just closed are gone from the server. */
const LEAVE_TIMEOUT_MS = 2_000;
const WRONG_PASSWORD = '28P01';
const POLL_MS = 50;
const RETURN_MS = 1_000;
const SILENT: ServerLog = { info() {}, warn() {} };

/**
 * Finds the home's server or starts it, and keeps it running until disposed: if it is killed in between, it is started
 * again. Close your own sessions before disposing.
 * @throws EmbeddedPostgresError saying what to do
 */
export async function ensureEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const use = new ServerUse(await makeHome(options.homeDir), options.log ?? SILENT);
  const { url, startedHere } = await use.begin();
  return { url, startedHere, [Symbol.asyncDispose]: () => use.end() };
}

/** The use of the server by one process. */
class ServerUse {
  readonly #home: string;
  readonly #log: ServerLog;
  #lease: PostgresLease | null = null;
  #ended = false;

  constructor(home: string, log: ServerLog) {
    this.#home = home;
    this.#log = log;
  }

  async begin(): Promise<{ url: string; startedHere: boolean }> {
    using _lock = await this.#lock();
    const config = await openEmbedded(this.#home, DATABASE);
    const running = await runningServer(config.data);
    const port = running?.port ?? (await startServer(config));
    const url = serverUrl(config, port, DATABASE);
    if (!this.#ended)
      this.#lease = await leaseWhenReady(serverUrl(config, port, 'postgres'), () => this.#restart(url));
    return { url, startedHere: running === null };
  }

  async end(): Promise<void> {
    this.#ended = true;
    using _lock = await this.#lock();
    const config = await openEmbedded(this.#home, DATABASE);
    const running = await runningServer(config.data);
    if (running === null) return;
    const lease =
      this.#lease ?? (await leaseWhenReady(serverUrl(config, running.port, 'postgres'), () => {}));
    const others = await othersWhenGone(lease);
    await lease.close();
    if (others.leased) return;
    if (others.names.length > 0) {
      const sessions = others.names.join(', ');
      this.#log.warn('the embedded Postgres is left running for sessions that are still open', { sessions });
      return;
    }
    await stopCluster(config.context, config.data);
  }

  /** Restarts the server after it crashed or was stopped by someone, as this process still needs it. */
  async #restart(url: string): Promise<void> {
    this.#lease = null;
    if (this.#ended) return;
    this.#log.warn('the embedded Postgres stopped; restarting it');
    while (this.#lease === null && !this.#ended) {
      try {
        const back = await this.begin();
        if (back.url === url) this.#log.info('the embedded Postgres is running again');
        else this.#log.warn('the embedded Postgres is running again on another port; restart this process');
      } catch (error) {
        this.#log.warn('the embedded Postgres could not be restarted', { error: String(error) });
        await wait(RETURN_MS, undefined, { ref: false });
      }
    }
  }

  #lock(): Promise<Disposable> {
    return holdLock(join(this.#home, 'lock'), LOCK_TIMEOUT_MS);
  }
}

async function leaseWhenReady(url: string, onLost: () => void): Promise<PostgresLease> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  for (;;) {
    try {
      return await openLease(url, onLost);
    } catch (error) {
      if (!(error instanceof DatabaseUnreachable) || performance.now() > deadline) throw error;
      if (error.code === WRONG_PASSWORD) {
        throw new EmbeddedPostgresError(
          `${error.message}: another server has this port, or the password file is not this database's`,
          { cause: error },
        );
      }
    }
    await wait(POLL_MS);
  }
}

async function othersWhenGone(lease: PostgresLease): Promise<Awaited<ReturnType<PostgresLease['others']>>> {
  const deadline = performance.now() + LEAVE_TIMEOUT_MS;
  for (;;) {
    const others = await lease.others();
    if (others.leased || others.names.length === 0 || performance.now() > deadline) return others;
    await wait(POLL_MS);
  }
}
