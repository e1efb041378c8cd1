/** What servers in the field do otherwise than OpenSSH, for trying out what a client makes of it. */
import fs from 'node:fs';
import { type Attribute, REQUEST, STATUS, type Status } from './sftp_server_packet.ts';
import { Refusal, statusOf } from './sftp_server_refusal.ts';

export interface Oddities {
  /** Requests that are refused, whatever they ask for. */
  readonly refused?: Partial<Record<keyof typeof REQUEST, Status>>;
  /** What a missing file is answered with, where it is not NO_SUCH_FILE. */
  readonly missing?: Status;
  /** Attributes that it does not tell of the entry of that name. */
  readonly untold?: (name: string) => readonly Attribute[];
  /** A listing shows bare names, not the lines of `ls -l`. */
  readonly bareNames?: boolean;
  /** A file is taken away once it was open for reading. */
  readonly readOnce?: boolean;
}

export function refuseOddly(type: number, { refused = {} }: Oddities): void {
  for (const [name, status] of Object.entries(refused)) {
    if (REQUEST[name as keyof typeof REQUEST] === type) throw new Refusal(status, 'not supported here');
  }
}

export function oddStatusOf(error: unknown, { missing }: Oddities): Status {
  const status = statusOf(error);
  return status === STATUS.NO_SUCH_FILE && missing !== undefined ? missing : status;
}

/** Files that are taken away when the handle they were read by is closed. */
export class ReadOnce {
  readonly #paths = new Map<string, string>();

  opened(handle: Buffer, path: string): void {
    this.#paths.set(handle.toString('hex'), path);
  }

  closed(handle: Buffer): void {
    const path = this.#paths.get(handle.toString('hex'));
    if (path !== undefined) fs.rmSync(path, { force: true });
  }
}
