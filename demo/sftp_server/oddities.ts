/** Deviations of real servers from OpenSSH, for testing a client against them. */
import fs from 'node:fs';
import { type Attribute, REQUEST, STATUS, type Status } from './packet.ts';
import { StatusError, statusOf } from './status_error.ts';

export interface Oddities {
  /** Requests that are always refused. */
  readonly refused?: Partial<Record<keyof typeof REQUEST, Status>>;
  /** The status for a missing file, if not NO_SUCH_FILE. */
  readonly missing?: Status;
  /** Attributes that are left out for the entry of that name. */
  readonly withheld?: (name: string) => readonly Attribute[];
  /** Listings show bare names instead of the lines of `ls -l`. */
  readonly bareNames?: boolean;
  /** A file is deleted when it is closed after being read to its end. */
  readonly readOnce?: boolean;
}

export function refuseOddly(type: number, { refused = {} }: Oddities): void {
  for (const [name, status] of Object.entries(refused)) {
    if (REQUEST[name as keyof typeof REQUEST] === type) throw new StatusError(status, 'not supported here');
  }
}

export function oddStatusOf(error: unknown, { missing }: Oddities): Status {
  const status = statusOf(error);
  return status === STATUS.NO_SUCH_FILE && missing !== undefined ? missing : status;
}

/** Deletes each file when the handle that read it to its end is closed. */
export class ReadOnce {
  readonly #open = new Map<string, { readonly path: string; isRead: boolean }>();

  opened(handle: Buffer, path: string): void {
    this.#open.set(handle.toString('hex'), { path, isRead: false });
  }

  /** @param end the offset in the file at which the read ended */
  readTo(handle: Buffer, end: number): void {
    const file = this.#open.get(handle.toString('hex'));
    if (file !== undefined && end >= fs.statSync(file.path).size) file.isRead = true;
  }

  closed(handle: Buffer): void {
    const file = this.#open.get(handle.toString('hex'));
    if (file?.isRead) fs.rmSync(file.path, { force: true });
  }
}
