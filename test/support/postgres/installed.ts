/** Servers of the machine's Postgres 15 with all its programs, durable, for tests of standbys, certificates and backups. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, chmod, chown, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { PostgresClient } from '../../../runner/connections/postgres/client.ts';
import { serverAccount } from '../../../runner/connections/postgres/embedded/account.ts';
import { freePort } from '../../../runner/connections/postgres/embedded/port.ts';
import { DatabaseUnreachable } from '../../../runner/connections/postgres/errors.ts';
import { until } from '../until.ts';

const BIN = '/usr/lib/postgresql/15/bin';
const USER = 'stockflow';
const PASSWORD = 'secret-of-the-tests';

/** The SQLSTATE by which a server that runs refuses a login without encryption. */
const REFUSED_ACCESS = '28000';

const run = promisify(execFile);

/** For the `skip` of a test: CI installs it, and there its absence is a failure. */
export function skipWithoutPostgres15(): string | false {
  return existsSync(BIN) || process.env.CI !== undefined ? false : `there is no ${BIN}`;
}

export type ServerSettings = Readonly<Record<string, string>>;

const SETTINGS: ServerSettings = {
  max_connections: '200',
  timezone: 'UTC',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
};

export class InstalledPostgres implements AsyncDisposable {
  readonly port: number;
  /** The folder of its data, and of what else belongs to it. */
  readonly directory: string;
  readonly #account: { readonly uid: number; readonly gid: number } | null;
  #server: ChildProcess | null = null;

  private constructor(directory: string, port: number, account: InstalledPostgres['account']) {
    this.directory = directory;
    this.port = port;
    this.#account = account;
    process.once('exit', this.#kill);
  }

  /** The user that it runs as; null for this process's own. */
  get account(): { readonly uid: number; readonly gid: number } | null {
    return this.#account;
  }

  /** As superuser. */
  get url(): string {
    return this.urlOf('postgres');
  }

  urlOf(database: string): string {
    return `postgres://${USER}:${PASSWORD}@127.0.0.1:${this.port}/${database}`;
  }

  /** Makes a cluster and starts it. */
  static async start(settings: ServerSettings = {}): Promise<InstalledPostgres> {
    const server = await InstalledPostgres.#empty();
    const passwordFile = path.join(server.directory, 'password');
    await writeFile(passwordFile, `${PASSWORD}\n`);
    await server.own(passwordFile);
    const auth = ['--username', USER, '--pwfile', passwordFile, '--auth', 'scram-sha-256'];
    await server.run('initdb', [
      '--pgdata',
      server.#data,
      ...auth,
      '--encoding',
      'UTF8',
      '--locale',
      'C.UTF-8',
    ]);
    await server.set({ ...SETTINGS, ...settings });
    await server.startAgain();
    return server;
  }

  /** Makes a standby of it by `pg_basebackup`, and starts that; it streams from then on. */
  async startStandby(name: string): Promise<InstalledPostgres> {
    const standby = await InstalledPostgres.#empty();
    const source = `${this.url}?application_name=${name}`;
    await standby.run('pg_basebackup', [
      ...['--pgdata', standby.#data, '--dbname', source],
      ...['--write-recovery-conf', '--wal-method', 'stream', '--checkpoint', 'fast'],
    ]);
    await standby.startAgain();
    return standby;
  }

  /** Adds to its configuration, which is in force from its next start. */
  async set(settings: ServerSettings): Promise<void> {
    const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`);
    await appendFile(path.join(this.#data, 'postgresql.conf'), lines.join(''));
  }

  /** Replaces pg_hba.conf: who may connect from where, and how. In force from its next start. */
  async setAccess(lines: readonly string[]): Promise<void> {
    await writeFile(path.join(this.#data, 'pg_hba.conf'), lines.map((line) => `${line}\n`).join(''));
  }

  /** Resolves when it accepts sessions, or refuses this one by its rules of access. */
  async startAgain(): Promise<void> {
    const log = await open(path.join(this.directory, 'server.log'), 'a');
    this.#server = spawn(path.join(BIN, 'postgres'), ['-D', this.#data, '-p', `${this.port}`], {
      ...(this.#account ?? {}),
      cwd: this.directory,
      stdio: ['ignore', log.fd, log.fd],
      // A group of its own, which can be stopped as a whole.
      detached: true,
    });
    await log.close();
    const server = this.#server;
    await until(`Postgres on port ${this.port}`, async () => {
      if (server.exitCode !== null) throw new Error(`it ended: see ${this.directory}/server.log`);
      return await this.#answers();
    });
  }

  /** Ends it without a checkpoint, as a power failure would. */
  async crash(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.signal('SIGCONT');
    const ended = once(server, 'exit');
    server.kill('SIGQUIT');
    await ended;
    this.#server = null;
  }

  /** Signals all its processes: SIGSTOP lets it hang, as a host does that swaps or is paused. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    const pid = this.#server?.pid;
    if (pid !== undefined) process.kill(-pid, name);
  }

  /** Makes a standby a primary; resolves when it is one. */
  async promote(): Promise<void> {
    await this.run('pg_ctl', ['promote', '-w', '-D', this.#data]);
  }

  /** Runs a program of Postgres as the account of the server. @returns its output */
  async run(program: string, args: readonly string[]): Promise<string> {
    const options = { ...(this.#account ?? {}), cwd: this.directory, maxBuffer: 1 << 26 };
    return (await run(path.join(BIN, program), args, options)).stdout;
  }

  /** Gives a file to the account of the server. */
  async own(file: string): Promise<void> {
    if (this.#account !== null) await chown(file, this.#account.uid, this.#account.gid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.crash();
    process.off('exit', this.#kill);
    await rm(this.directory, { recursive: true, force: true });
  }

  static async #empty(): Promise<InstalledPostgres> {
    const directory = await mkdtemp(path.join(tmpdir(), 'stockflow-postgres-'));
    const account = await serverAccount(path.join(directory, 'data'));
    await chmod(directory, 0o755);
    const server = new InstalledPostgres(directory, await freePort(), account);
    await server.own(directory);
    return server;
  }

  get #data(): string {
    return path.join(this.directory, 'data');
  }

  async #answers(): Promise<true | null> {
    const client = new PostgresClient({ connectionString: this.url, connectionTimeoutMillis: 2_000 });
    try {
      await client.connect();
      await client.end();
      return true;
    } catch (error) {
      if (!(error instanceof DatabaseUnreachable)) throw error;
      return error.code === REFUSED_ACCESS ? true : null;
    }
  }

  readonly #kill = (): void => {
    const pid = this.#server?.pid;
    if (pid !== undefined && this.#server?.exitCode === null) process.kill(-pid, 'SIGKILL');
  };
}
