/**
 * The Postgres that Stockflow brings with it, for when DATABASE_URL is unset: one durable server per home folder, shared
 * by all commands that run at once. The first starts it. Each holds a lease (a session) while it runs, and whoever
 * leaves last stops it. After a `kill -9` the server stays; the next command finds it, and stops it when it leaves last.
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
  /** Of the database `stockflow`, as its owner. Holds the password. */
  readonly url: string;
  /** False when the server was found running. */
  readonly startedHere: boolean;
}

export interface EmbeddedPostgresOptions {
  /** `$STOCKFLOW_HOME`; made if missing. */
  readonly homeDir: string;
  readonly log?: ServerLog;
}

export interface ServerLog {
  info(message: string, facts?: Record<string, string>): void;
  warn(message: string, facts?: Record<string, string>): void;
}

const DATABASE = 'stockflow';
const LOCK_TIMEOUT_MS = 120_000;
/** For a server found while it starts or recovers. */
const READY_TIMEOUT_MS = 60_000;
/** For sessions that were just closed to be gone from the server. */
const LEAVE_TIMEOUT_MS = 2_000;
const WRONG_PASSWORD = '28P01';
const POLL_MS = 50;
const RETURN_MS = 1_000;
const SILENT: ServerLog = { info() {}, warn() {} };

/**
 * Finds the home's server or starts it, and keeps it up until disposed: also starts it again when it was killed
 * meanwhile. Close your own sessions before you dispose.
 * @throws EmbeddedPostgresError that says what to do
 */
export async function ensureEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const stay = new ServerUse(await makeHome(options.homeDir), options.log ?? SILENT);
  const { url, startedHere } = await stay.begin();
  return { url, startedHere, [Symbol.asyncDispose]: () => stay.end() };
}

/** One process's use of the server. */
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
    const site = await openEmbedded(this.#home, DATABASE);
    const running = await runningServer(site.data);
    const port = running?.port ?? (await startServer(site));
    const url = serverUrl(site, port, DATABASE);
    if (!this.#ended)
      this.#lease = await leaseWhenReady(serverUrl(site, port, 'postgres'), () => this.#comeBack(url));
    return { url, startedHere: running === null };
  }

  async end(): Promise<void> {
    this.#ended = true;
    using _lock = await this.#lock();
    const site = await openEmbedded(this.#home, DATABASE);
    const running = await runningServer(site.data);
    if (running === null) return;
    const lease = this.#lease ?? (await leaseWhenReady(serverUrl(site, running.port, 'postgres'), () => {}));
    const others = await othersWhenGone(lease);
    await lease.close();
    if (others.leased) return;
    if (others.names.length > 0) {
      const sessions = others.names.join(', ');
      this.#log.warn('the embedded Postgres is left running for sessions that are still open', { sessions });
      return;
    }
    await stopCluster(site.context, site.data);
  }

  /** The server broke off: it crashed, or someone stopped it. This process still needs it. */
  async #comeBack(url: string): Promise<void> {
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
