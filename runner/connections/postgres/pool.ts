import pg from 'pg';
import { PostgresClient } from './client.ts';
import { DatabaseUnreachable, PoolExhausted } from './errors.ts';

export interface PoolOptions {
  /** Shown by `pg_stat_activity`. */
  readonly applicationName: string;
  /** Sessions at most. */
  readonly max: number;
  /** The server ends a statement after this. None by default. */
  readonly statementTimeoutMs?: number;
  /** The client gives up a session whose server gives no answer for this long; 5 s beyond the statement's time-out by default. */
  readonly answerTimeoutMs?: number;
  /** The server ends a session that holds its locks in an open transaction and says nothing for this long. None by default. */
  readonly idleInTransactionTimeoutMs?: number;
  /** For opening a session, and for waiting for a free one. 10 s by default. */
  readonly connectTimeoutMs?: number;
  /**
   * Statements that are sent without waiting for each other go to the server together, and are answered in order. Not for
   * sessions that stream (COPY, cursors). False by default.
   */
  readonly pipeline?: boolean;
  /** A session that nobody was using broke; the pool has dropped it and opens another when asked. */
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

  /** The pool gives a plain Error for a time-out, be it of the connection or of the wait for a free session. */
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

/** Sessions on one database; values cross as POSTGRES_TYPES says. Opens none until asked. */
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
  // Without a listener the process would end; the pool has dropped the session already.
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
