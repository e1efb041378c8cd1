import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Pool } from 'pg';
import {
  createLog,
  createPool,
  ensureEmbeddedPostgres,
  migrate,
  migrateQueue,
} from '../../../runner/index.ts';

export const quiet = createLog({ format: 'pretty', level: 'error' });

/** A temporary Postgres with the durability of a production one (fsync on) and all migrations applied. */
export interface DurableDatabase extends AsyncDisposable {
  readonly url: string;
  readonly pool: Pool;
}

export async function startDurableDatabase(): Promise<DurableDatabase> {
  const homeDir = await mkdtemp(path.join(tmpdir(), 'stockflow-bench-'));
  const server = await ensureEmbeddedPostgres({ homeDir });
  const pool = createPool(server.url, { applicationName: 'stockflow bench', max: 8 });
  await migrateQueue(server.url, quiet);
  const migrations = path.join(import.meta.dirname, '../../../migrations');
  for (const set of ['runner', 'oms'] as const)
    await migrate(pool, { set, directory: path.join(migrations, set) });
  return {
    url: server.url,
    pool,
    async [Symbol.asyncDispose]() {
      await pool.end();
      await server[Symbol.asyncDispose]();
      await rm(homeDir, { recursive: true, force: true });
    },
  };
}
