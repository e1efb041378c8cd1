import pg from 'pg';
import { PostgresClient } from './client.ts';
import { DatabaseUnreachable, PoolExhausted } from './errors.ts';

export interface PoolOptions {
  /** The application name in `pg_stat_activity`. */
  readonly applicationName: string;
  /** The largest number of sessions. */
  readonly max: number;
  /** The time in ms after which the server cancels a statement. None by default. */
  readonly statementTimeoutMs?: number;
  /**
   * The time in ms after which the client gives up a session without an answer; 5 s more than the statement timeout by
   * default.
   */
  readonly answerTimeoutMs?: number;
  /** The time in ms after which the server ends a session that is idle in an open transaction. None by default. */
  readonly idleInTransactionTimeoutMs?: number;
  /** The time in ms for opening a session, and for waiting for a free one. 10 s by default. */
  readonly connectTimeoutMs?: number;
  /**
   * Sends statements that do not wait for each other together; they are answered in order. Not for sessions that stream
   * (COPY, cursors). False by default.
   */
  readonly pipeline?: boolean;
  /** Called when an idle session broke; the pool has removed it and opens another when needed. */
  readonly onIdleError?: (error: Error) => void;
}

type ConnectCallback = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: unknown) => void,
) => void;

class PostgresPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<pg.PoolClient> | undefined {
    if (callback === undefined) {
      return super.connect().catch((error: unknown) => {
        throw this.#explain(error);
      });
    }
    super.connect((error, client, done) => callback(error && this.#explain(error), client, done));
    return undefined;
  }

  /**
   * Converts the plain Error that pg's pool gives for a timeout, of the connection or of the wait for a free session.
   */
  #explain(error: unknown): Error {
    if (!(error instanceof Error)) return new Error(String(error));
    if (error instanceof DatabaseUnreachable || this.ending) return error;
    if (error.cause instanceof DatabaseUnreachable)
      return new DatabaseUnreachable(error.cause.address, error);
    return new PoolExhausted(
      `all ${this.options.max} sessions of ${this.options.application_name} are in use`,
      {
        cause: error,
      },
    );
  }
}

/**
 * Creates a pool of sessions of one database; values are converted by POSTGRES_TYPES. It opens no session until one is
 * needed.
 */
export function createPool(url: string, options: PoolOptions): pg.Pool {
  const pool = new PostgresPool({
    Client: PostgresClient,
    connectionString: url,
    application_name: options.applicationName,
    max: options.max,
    pipeline: options.pipeline ?? false,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
    ...timeouts(options),
  });
  // Without a listener the process would end; the pool has removed the session already.
  pool.on('error', (error) => options.onIdleError?.(error));
  return pool;
}

function timeouts(options: PoolOptions): pg.ClientConfig {
  const { statementTimeoutMs, idleInTransactionTimeoutMs } = options;
  const answerTimeoutMs =
    options.answerTimeoutMs ?? (statementTimeoutMs === undefined ? undefined : statementTimeoutMs + 5_000);
  return {
    ...(statementTimeoutMs !== undefined && { statement_timeout: statementTimeoutMs }),
    ...(answerTimeoutMs !== undefined && { query_timeout: answerTimeoutMs }),
    ...(idleInTransactionTimeoutMs !== undefined && {
      idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    }),
  };
}
