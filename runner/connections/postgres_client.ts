import pg from 'pg';
import { type DatabaseAddress, DatabaseUnreachable } from './postgres_error.ts';
import { POSTGRES_TYPES, toParameter } from './postgres_values.ts';

type ConnectCallback = (...result: [error: Error] | [error: null, client: pg.Client]) => void;

/** pg's client with Temporal values both ways, which fails to connect with DatabaseUnreachable. */
export class PostgresClient extends pg.Client {
  constructor(config: pg.ClientConfig = {}) {
    super({ keepAlive: true, keepAliveInitialDelayMillis: 10_000, ...config, types: POSTGRES_TYPES });
    // pg turns objects that it does not know into JSON; a method cannot restate its nine overloads.
    const query = this.query;
    Object.defineProperty(this, 'query', {
      value: (...args: unknown[]) => Reflect.apply(query, this, withParameters(args)),
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
}

function withParameters([query, second, ...rest]: unknown[]): unknown[] {
  if (Array.isArray(second)) return [query, second.map(toParameter), ...rest];
  if (isQueryConfig(query)) return [{ ...query, values: query.values.map(toParameter) }, second, ...rest];
  return [query, second, ...rest];
}

/** `{ text, values }`; an object with `submit` (a cursor, a COPY stream) runs itself and is passed on as it is. */
function isQueryConfig(query: unknown): query is { values: unknown[] } {
  if (typeof query !== 'object' || query === null || 'submit' in query) return false;
  return 'values' in query && Array.isArray(query.values);
}
