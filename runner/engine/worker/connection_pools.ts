import type { Pool } from 'pg';
import { connectionFromEnv, type Environment } from '../../connections/connection_config.ts';
import { ConnectionError } from '../../connections/connection_error.ts';
import { httpConnection } from '../../connections/http/http.ts';
import { createPool } from '../../connections/postgres/connect.ts';
import type { HttpConnection } from '../../core/value/http.ts';
import type { TaskLog } from '../../task.ts';

const SESSIONS_PER_CONNECTION = 8;

/** The pools of the databases that tasks name, opened at first use and shared by the tasks of this process. */
export class ConnectionPools implements AsyncDisposable {
  readonly #pools = new Map<string, Pool>();
  readonly #env: Environment;
  readonly #log: Pick<TaskLog, 'warn'>;

  constructor(env: Environment, log: Pick<TaskLog, 'warn'>) {
    this.#env = env;
    this.#log = log;
  }

  /** Returns the pool of a connection. @throws ConnectionError `missing` or `invalid`, naming the variable */
  postgres(id: string): Pool {
    const config = connectionFromEnv(id, this.#env);
    if (config.kind !== 'postgres') {
      throw new ConnectionError('invalid', `connection "${id}": ${config.variable} is not a postgres:// URL`);
    }
    const url = config.url.reveal();
    const open = this.#pools.get(url);
    if (open !== undefined) return open;
    const pool = createPool(url, {
      applicationName: `stockflow ${id}`,
      max: SESSIONS_PER_CONNECTION,
      onIdleError: (error) =>
        this.#log.warn('an idle session broke', { connection: id, error: error.message }),
    });
    this.#pools.set(url, pool);
    return pool;
  }

  /** Returns the HTTP server of a connection. @throws ConnectionError `missing` or `invalid`, naming the variable */
  http(id: string): HttpConnection {
    const config = connectionFromEnv(id, this.#env);
    if (config.kind === 'http') return httpConnection(config);
    throw new ConnectionError('invalid', `connection "${id}": ${config.variable} is not an https:// URL`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.end()));
  }
}
