import pg from 'pg';
import { ConnectionLost, type DatabaseAddress, DatabaseUnreachable } from './postgres_error.ts';
import { POSTGRES_TYPES, toParameter } from './postgres_values.ts';

type ConnectCallback = (...result: [error: Error] | [error: null, client: pg.Client]) => void;

/**
 * pg's client with Temporal values both ways, which tells a lost connection from the server's answer: ConnectionLost
 * and DatabaseUnreachable against pg's DatabaseError. `query_timeout` (ms) breaks the connection, as a session that
 * does not answer is of no more use.
 */
export class PostgresClient extends pg.Client {
  #lost: ConnectionLost | null = null;
  readonly #answerTimeoutMs: number;

  constructor({ query_timeout, ...config }: pg.ClientConfig = {}) {
    super({ keepAlive: true, keepAliveInitialDelayMillis: 10_000, ...config, types: POSTGRES_TYPES });
    this.#answerTimeoutMs = query_timeout ?? 0;
    // Without a listener the event would end the process; the statements under way and the next one tell.
    this.on('error', () => {});
    // Defined here because a method would have to restate pg's nine overloads.
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
    const connected = super.connect().catch((error: unknown) => {
      throw new DatabaseUnreachable(this.address, error);
    });
    if (callback === undefined) return connected;
    connected.then(
      (client) => callback(null, client),
      (error: Error) => callback(error),
    );
    return undefined;
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
    return error instanceof pg.DatabaseError ? error : (this.#lost ?? error);
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
