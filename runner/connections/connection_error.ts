export const CONNECTION_ERROR_KINDS = [
  'missing', // the variable or a secret's file is not there
  'invalid', // the variable, a path or a name cannot be used as written
  'unreachable', // no conversation could be begun
  'auth', // authentication failed
  'host_key', // the server is not, or cannot be shown to be, the one that was meant
  'lost', // the conversation ended in the middle
  'stalled', // the other side stopped answering
  'refused_by_server', // it answered no, for a reason it did not make clear
  'unsupported', // it does not offer what is needed
  'no_permission',
  'not_found',
  'not_a_file', // a link, a folder or a device where a file was expected
  'changed_while_read',
  'conflict', // the name holds other content and cannot be replaced atomically
  'corrupt', // what was read back is not what was written
] as const;
export type ConnectionErrorKind = (typeof CONNECTION_ERROR_KINDS)[number];

/** True for kinds of error where a retry can help without a person's action. */
const RETRYABLE: Readonly<Record<ConnectionErrorKind, boolean>> = {
  missing: false,
  invalid: false,
  unreachable: true,
  auth: false, // repeated failures lock accounts
  host_key: false,
  lost: true,
  stalled: true,
  refused_by_server: true, // a full disk and a limit on sessions look like this
  unsupported: false,
  no_permission: false,
  not_found: true, // it may be late
  not_a_file: false,
  changed_while_read: true,
  conflict: false,
  corrupt: true,
};

const CONNECTION_ERROR = Symbol.for('stockflow.ConnectionError');

/** An error of a connection to a database or a file server; its text holds no secret. */
export class ConnectionError extends Error {
  override name = 'ConnectionError';
  readonly [CONNECTION_ERROR] = true;
  readonly kind: ConnectionErrorKind;
  readonly retryable: boolean;
  /** The server as `host:port`; null where none was named yet. */
  readonly server: string | null;

  constructor(
    kind: ConnectionErrorKind,
    message: string,
    options: {
      readonly cause?: unknown;
      readonly server?: { readonly host: string; readonly port: number };
    } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.kind = kind;
    this.retryable = RETRYABLE[kind];
    this.server = options.server === undefined ? null : `${options.server.host}:${options.server.port}`;
  }

  /** Returns true also for an error that another copy of this module made. */
  static override [Symbol.hasInstance](value: unknown): value is ConnectionError {
    return value instanceof Error && CONNECTION_ERROR in value;
  }
}
