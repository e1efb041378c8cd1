import pg from 'pg';
import { ConnectionLost, type DatabaseAddress, DatabaseUnreachable, SessionNotKept } from './errors.ts';
import { POSTGRES_TYPES, toParameter } from './values.ts';

type ConnectCallback = (...result: [error: Error] | [error: null, client: pg.Client]) => void;

/**
 * SQLSTATEs of a prepared statement that is missing, or exists before it was prepared: the session belongs to another
 * client.
 */
const FOREIGN_STATEMENT = new Set(['26000', '42P05']);

/** The session settings that Postgres accepts, in ms. */
const SESSION_SETTINGS = ['statement_timeout', 'idle_in_transaction_session_timeout'] as const;
type SessionSettings = Readonly<Partial<Record<(typeof SESSION_SETTINGS)[number], number | false>>>;

/**
 * A client of pg with Temporal values in both directions. It distinguishes a lost connection from the server's answer:
 * ConnectionLost, DatabaseUnreachable and SessionNotKept, as opposed to pg's DatabaseError. `query_timeout` (ms) breaks
 * the connection, as a session without an answer is of no more use. Settings are set by a statement, as a pooler
 * refuses them at connection.
 */
export class PostgresClient extends pg.Client {
  /**
   * The process id that the server, or a pooler in front of it, has announced; null before the connection. Set by pg.
   */
  declare readonly processID: number | null;
  #lost: ConnectionLost | null = null;
  readonly #answerTimeoutMs: number;
  readonly #settings: SessionSettings;

  constructor({
    query_timeout,
    statement_timeout,
    idle_in_transaction_session_timeout,
    ...config
  }: pg.ClientConfig = {}) {
    super({ keepAlive: true, keepAliveInitialDelayMillis: 10_000, ...config, types: POSTGRES_TYPES });
    this.#answerTimeoutMs = query_timeout ?? 0;
    this.#settings = {
      ...(statement_timeout !== undefined && { statement_timeout }),
      ...(idle_in_transaction_session_timeout !== undefined && { idle_in_transaction_session_timeout }),
    };
    // Without a listener the event would end the process. The statements in progress and the next one report the error.
    this.on('error', () => {});
    // Defined here, as a method would have to repeat pg's nine overloads.
    const query = this.query;
    Object.defineProperty(this, 'query', {
      configurable: true,
      value: (...args: unknown[]) => this.#query((ready) => Reflect.apply(query, this, ready), args),
    });
  }

  get address(): DatabaseAddress {
    return { host: this.host, port: this.port, database: this.database ?? '' };
  }

  override connect(): Promise<pg.Client>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<pg.Client> | undefined {
    const connected = this.#open();
    if (callback === undefined) return connected;
    connected.then(
      (client) => callback(null, client),
      (error: Error) => callback(error),
    );
    return undefined;
  }

  async #open(): Promise<pg.Client> {
    try {
      const client = await super.connect();
      await this.#applySettings();
      return client;
    } catch (error) {
      this.connection.stream.destroy();
      throw new DatabaseUnreachable(this.address, error);
    }
  }

  /** Applies all settings with one statement, before any other. */
  async #applySettings(): Promise<void> {
    const given = SESSION_SETTINGS.flatMap((name) => {
      const timeoutMs = this.#settings[name];
      return timeoutMs === undefined || timeoutMs === false ? [] : [{ name, timeoutMs }];
    });
    if (given.length === 0) return;
    const [names, values] = [
      given.map(({ name }) => name),
      given.map(({ timeoutMs }) => `${Math.trunc(timeoutMs)}`),
    ];
    await this.query(
      'select set_config(name, value, false) from unnest($1::text[], $2::text[]) as s(name, value)',
      [names, values],
    );
  }

  /** pg emits `error` when the connection breaks, before it fails the statements under way. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event !== 'error') return super.emit(event, ...args);
    this.#lost ??= new ConnectionLost(this.address, args[0]);
    return super.emit(event, this.#lost);
  }

  #query(send: (args: unknown[]) => unknown, args: unknown[]): unknown {
    const ready = withParameters(args);
    const callback = ready.at(-1);
    if (isCallback(callback)) {
      const answered = (error: unknown, result: unknown) => {
        clearTimeout(timer);
        callback(error && this.#explain(error), result);
      };
      const sent = send([...ready.slice(0, -1), answered]);
      const timer = this.#startTimer();
      return sent;
    }
    const sent = send(ready);
    if (!(sent instanceof Promise)) return sent;
    const timer = this.#startTimer();
    const explained = sent.catch((error: unknown) => {
      throw this.#explain(error);
    });
    return explained.finally(() => clearTimeout(timer));
  }

  #startTimer(): NodeJS.Timeout | undefined {
    if (this.#answerTimeoutMs === 0) return undefined;
    const silence = () => new Error(`no answer for ${this.#answerTimeoutMs / 1000} s`);
    return setTimeout(() => this.connection.stream.destroy(silence()), this.#answerTimeoutMs);
  }

  #explain(error: unknown): unknown {
    if (!(error instanceof pg.DatabaseError)) return this.#lost ?? error;
    const isStranger = FOREIGN_STATEMENT.has(error.code ?? '');
    return isStranger ? new SessionNotKept(this.address, { cause: error }) : error;
  }
}

function withParameters([query, second, ...rest]: unknown[]): unknown[] {
  if (Array.isArray(second)) return [query, second.map(toParameter), ...rest];
  if (isQueryConfig(query)) query = { ...query, values: query.values.map(toParameter) };
  return [query, second, ...rest];
}

/** `{ text, values }`; an object with `submit` (a cursor, a COPY stream) runs itself and is passed on as it is. */
function isQueryConfig(query: unknown): query is { values: unknown[] } {
  if (typeof query !== 'object' || query === null || 'submit' in query) return false;
  return 'values' in query && Array.isArray(query.values);
}

function isCallback(value: unknown): value is (error: unknown, result: unknown) => void {
  return typeof value === 'function';
}
