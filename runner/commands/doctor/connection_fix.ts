/** The advice for a connection that failed, by the kind of error. */
import type { ConnectionConfig } from '../../connections/connection_config.ts';
import { ConnectionError, type ConnectionErrorKind } from '../../connections/connection_error.ts';

type Fixes = Readonly<Record<ConnectionErrorKind, (config: ConnectionConfig) => string>>;

const ASK = 'ask whoever runs the server what it means';

const FIXES: Fixes = {
  missing: ({ variable }) => `put the file there that ${variable} names, readable for this user`,
  invalid: ({ variable }) => `correct ${variable} or the path in the DAG file`,
  unreachable: ({ variable }) =>
    `check host and port in ${variable}, and that this host may reach them: a firewall, a wrong name and a server that is down look like this`,
  auth: ({ variable }) =>
    `check user and secret in ${variable} with whoever runs the server before you try again: refusals can lock an account`,
  host_key: ({ id, variable, kind }) =>
    kind === 'http'
      ? `check with whoever runs the server that its certificate is valid; one of a private authority is trusted with ca_file=/path in ${variable}`
      : `stockflow connections fingerprint ${id} prints the keys that it has; confirm one with whoever runs the server, then set host_key in ${variable}`,
  lost: () => 'try again; if it stays, ask whoever runs the server or the network between',
  stalled: () => 'try again; if it stays, ask whoever runs the server or the network between',
  refused_by_server: () => ASK,
  unsupported: () => 'ask whoever runs the server to offer it, or use another folder or server',
  no_permission: ({ display }) =>
    `have the user be given the right on ${display}, or correct the path in the DAG file`,
  not_found: () => 'have it made, or correct the path in the DAG file',
  not_a_file: () => 'have a plain file or folder put there, or correct the path in the DAG file',
  changed_while_read: () => 'try again once it is written',
  conflict: () => 'have the old file moved away, or publish under another name',
  corrupt: () => 'ask whoever runs the server: it does not keep what it is given',
};

/** @param otherwise for what is no failure of a connection, such as a database's own error */
export function connectionFix(config: ConnectionConfig, otherwise: string): (error: unknown) => string {
  return (error) => (error instanceof ConnectionError ? FIXES[error.kind](config) : otherwise);
}
