import type { Secret } from './secret.ts';

/** The fields that the configs of all connections have. */
export interface CommonConfig {
  readonly id: string;
  /** The environment variable that defines the connection. */
  readonly variable: string;
  /**
   * The connection without its secrets, for messages and logs: `sftp://user@host:22/base` or `postgres://user@host/db`.
   */
  readonly display: string;
  readonly password: Secret | null;
}
