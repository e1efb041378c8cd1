/** A primary with one standby behind an address that moves, as that of a managed Postgres or a virtual IP does. */
import { setTimeout as pause } from 'node:timers/promises';
import { PostgresClient } from '../../../runner/testing.ts';
import { InstalledPostgres } from '../../support/postgres/installed.ts';
import { startProxy, type Proxy as TcpProxy } from '../../support/tcp_proxy.ts';
import type { CampaignDatabase } from './cluster.ts';

/** Whether a commit waits until the standby has it on disk. */
export type Replication = 'synchronous' | 'asynchronous';

/** The failures of the primary: its host dies, or it hangs, and nobody can ask it. */
export type PrimaryFault = 'dies' | 'hangs';

const STANDBY = 'standby';
const LOOK_AGAIN_MS = 20;

export class ReplicatedCluster implements CampaignDatabase {
  readonly port: number;
  readonly url: string;
  readonly #replication: Replication;
  readonly #address: TcpProxy;
  readonly #target: { port: number };
  #primary: InstalledPostgres;
  #standby: InstalledPostgres;

  private constructor(
    replication: Replication,
    servers: { readonly primary: InstalledPostgres; readonly standby: InstalledPostgres },
    address: { readonly proxy: TcpProxy; readonly target: { port: number } },
  ) {
    this.#replication = replication;
    this.#primary = servers.primary;
    this.#standby = servers.standby;
    this.#address = address.proxy;
    this.#target = address.target;
    this.port = address.proxy.port;
    const url = new URL(servers.primary.url);
    url.port = `${this.port}`;
    this.url = url.href;
  }

  static async start(replication: Replication): Promise<ReplicatedCluster> {
    const primary = await InstalledPostgres.start();
    const standby = await primary.startStandby(STANDBY);
    const target = { port: primary.port };
    const proxy = await startProxy({ target });
    const cluster = new ReplicatedCluster(replication, { primary, standby }, { proxy, target });
    await cluster.#replicate();
    return cluster;
  }

  /**
   * Lets the primary fail, promotes the standby, moves the address to it, and makes another standby.
   * @param unreachableMs how long nobody has noticed that the primary has failed
   */
  async failOver(fault: PrimaryFault, unreachableMs: number): Promise<void> {
    const [failed, next] = [this.#primary, this.#standby];
    if (fault === 'dies') await failed.crash();
    else failed.signal('SIGSTOP');
    await pause(unreachableMs);
    // No second standby is there yet to wait for; with one, the setting would stay.
    await next.set({ synchronous_standby_names: '' });
    await next.promote();
    this.#target.port = next.port;
    this.#address.cut();
    // Fenced: whatever the old primary still took would be nobody's.
    await failed[Symbol.asyncDispose]();
    this.#primary = next;
    this.#standby = await next.startStandby(STANDBY);
    await this.#replicate();
  }

  /** The standby receives nothing more, as behind a network that is cut. */
  async cutOffStandby(): Promise<void> {
    await using standby = await openClient(this.#standby);
    await standby.query(`alter system set primary_conninfo = ''`);
    await standby.query('select pg_reload_conf()');
    await using primary = await openClient(this.#primary);
    while ((await primary.query('select from pg_stat_replication')).rowCount !== 0)
      await pause(LOOK_AGAIN_MS);
  }

  async crash(): Promise<void> {
    await this.#primary.crash();
  }

  async start(): Promise<void> {
    await this.#primary.startAgain();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#address[Symbol.asyncDispose]();
    await this.#standby[Symbol.asyncDispose]();
    await this.#primary[Symbol.asyncDispose]();
  }

  /** Resolves when the standby streams, and commits wait for it where they shall. */
  async #replicate(): Promise<void> {
    await using client = await openClient(this.#primary);
    const names = this.#replication === 'synchronous' ? STANDBY : '';
    await client.query(`alter system set synchronous_standby_names = '${names}'`);
    await client.query('select pg_reload_conf()');
    const state = this.#replication === 'synchronous' ? 'sync' : 'async';
    for (;;) {
      const { rowCount } = await client.query(
        `select from pg_stat_replication where application_name = $1 and state = 'streaming' and sync_state = $2`,
        [STANDBY, state],
      );
      if (rowCount === 1) return;
      await pause(LOOK_AGAIN_MS);
    }
  }
}

async function openClient({ url }: InstalledPostgres): Promise<PostgresClient & AsyncDisposable> {
  const client = new PostgresClient({ connectionString: url });
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}
