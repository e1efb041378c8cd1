/** The address of a database, without user and password. */
export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

/** No session could be opened: the server is down, full, starting, or refuses the login. It holds no secret. */
export class DatabaseUnreachable extends Error {
  override name = 'DatabaseUnreachable';
  readonly address: DatabaseAddress;
  /** An errno name (`ECONNREFUSED`) or a SQLSTATE (`28P01`), where there is one. */
  readonly code: string | undefined;

  constructor(address: DatabaseAddress, cause: unknown) {
    super(
      `cannot connect to the database ${address.database} at ${address.host}:${address.port}: ${reason(cause)}`,
      { cause },
    );
    this.address = address;
    this.code = errorCode(cause);
  }
}

/** A session broke. Its open transaction is rolled back; it is unknown if its last COMMIT was done. */
export class ConnectionLost extends Error {
  override name = 'ConnectionLost';
  readonly address: DatabaseAddress;
  readonly code: string | undefined;

  constructor(address: DatabaseAddress, cause: unknown) {
    super(
      `lost the connection to the database ${address.database} at ${address.host}:${address.port}: ${reason(cause)}`,
      {
        cause,
      },
    );
    this.address = address;
    this.code = errorCode(cause);
  }
}

/** Every session of the pool was in use for as long as the caller was willing to wait. */
export class PoolExhausted extends Error {
  override name = 'PoolExhausted';
}

/** A pooler does not keep the session from one transaction to the next. */
export class SessionNotKept extends Error {
  override name = 'SessionNotKept';
  /** The problem; `fix` says what to do about it. The message contains both. */
  readonly found: string;
  readonly fix: string;

  constructor({ host, port, database }: DatabaseAddress, options?: ErrorOptions) {
    const found =
      `the pooler at ${host}:${port} gives a session of the database ${database} to others between two transactions, ` +
      'which breaks LISTEN/NOTIFY, prepared statements and session settings, and Stockflow needs them';
    const fix =
      'set pool_mode = session for this database in the pooler, or let DATABASE_URL lead straight to Postgres';
    super(`${found}: ${fix}`, options);
    this.found = found;
    this.fix = fix;
  }
}

/** Returns the SQLSTATE or errno of an error of pg or Node. */
export function errorCode(error: unknown): string | undefined {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return undefined;
}

function reason(cause: unknown): string {
  // A name with several addresses fails with one error for each.
  if (cause instanceof AggregateError) return cause.errors.map(reason).join('; ');
  return cause instanceof Error ? cause.message : String(cause);
}
