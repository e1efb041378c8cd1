/**
 * The parts of a home's embedded server: folders, account, programs, password, port. Use it only under the home's lock.
 */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { serverAccount } from './account.ts';
import { findPostgresBinaries } from './binaries.ts';
import { CLUSTER_USER, createCluster, startCluster } from './cluster.ts';
import { EmbeddedPostgresError } from './error.ts';
import { readOrNull } from './files.ts';
import { locateServer, reachableBinaries } from './home.ts';
import { freePort } from './port.ts';
import type { ProgramContext } from './program.ts';

export interface EmbeddedConfig {
  readonly context: ProgramContext;
  /** The data folder; absent until the first start. */
  readonly data: string;
  readonly password: string;
  /** The database that is created with the cluster. */
  readonly database: string;
}

/** Server settings: durable, and small enough for a server with other duties. `alter system` can change them. */
const SETTINGS = {
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  max_connections: '200',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  wal_compression: 'on',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // The session of a killed worker ends within a second, though its statement is still running.
  client_connection_check_interval: '1s',
};

const START_TRIES = 4;
const START_PAUSE_MS = 300;

/**
 * Reads the embedded server's configuration from its home.
 * @throws EmbeddedPostgresError if the data is of another major version or its password is missing
 */
export async function openEmbedded(home: string, database: string): Promise<EmbeddedConfig> {
  const located = await locateServer(home);
  const data = join(located, 'data');
  const account = await serverAccount(data);
  const version = await readOrNull(join(data, 'PG_VERSION'));
  const binaries = await reachableBinaries(findPostgresBinaries(), account);
  const major = binaries.version.split('.')[0];
  if (version !== null && version.trim() !== major) {
    throw new EmbeddedPostgresError(
      `${data} was made by Postgres ${version.trim()}, and the one that is installed is ${major}. Install the ` +
        'version of Stockflow that made it, dump the database, and restore it into a new STOCKFLOW_HOME',
    );
  }
  const password = await ensurePassword(join(home, 'password'), version === null);
  return { context: { binaries, account, directory: located }, data, password, database };
}

/**
 * Starts the server, on its last port if that is free, and creates its data first if there is none.
 * @returns the port
 */
export async function startServer(config: EmbeddedConfig): Promise<number> {
  if ((await readOrNull(join(config.data, 'PG_VERSION'))) === null) {
    await createCluster(config.context, config.data, { ...config, settings: SETTINGS });
  }
  const portFile = join(config.context.directory, 'port');
  const preferred = Number((await readOrNull(portFile)) ?? 0);
  for (let tries = 1; ; tries += 1) {
    const port = await freePort(preferred);
    try {
      await startCluster(config.context, config.data, port);
      await writeFile(portFile, `${port}\n`);
      return port;
    } catch (error) {
      // Another program may have taken the port, or sessions of a crashed server may still hold its shared memory.
      if (tries === START_TRIES) throw error;
    }
    await wait(START_PAUSE_MS);
  }
}

export function serverUrl(config: EmbeddedConfig, port: number, database: string): string {
  return `postgres://${CLUSTER_USER}:${config.password}@127.0.0.1:${port}/${database}`;
}

async function ensurePassword(file: string, mayMake: boolean): Promise<string> {
  const kept = await readOrNull(file);
  if (kept) return kept.trim();
  if (!mayMake) {
    throw new EmbeddedPostgresError(
      `${file} is missing: it holds the password of the database beside it. Restore it`,
    );
  }
  const password = randomBytes(24).toString('hex');
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  return password;
}
