/** Where a pool connects to, without who and with what password. */
export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

/** No session could be opened: the server is away, full, starting, or refuses the log-in. Never holds a secret. */
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

/** A session broke; what its open transaction did is undone, and whether its last COMMIT was done is not known. */
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

/** Every session of the pool was in use for as long as a caller was willing to wait. */
export class PoolExhausted extends Error {
  override name = 'PoolExhausted';
}

/** The SQLSTATE or errno of an error of pg or Node. */
export function errorCode(error: unknown): string | undefined {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return undefined;
}

function reason(cause: unknown): string {
  // A name with several addresses fails with one error for each.
  if (cause instanceof AggregateError) return cause.errors.map(reason).join('; ');
  return cause instanceof Error ? cause.message : String(cause);
}
