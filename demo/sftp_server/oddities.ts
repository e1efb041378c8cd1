/** What servers in the field do otherwise than OpenSSH, for trying out what a client makes of it. */
import fs from 'node:fs';
import { type Attribute, REQUEST, STATUS, type Status } from './packet.ts';
import { StatusError, statusOf } from './status_error.ts';

export interface Oddities {
  /** Requests that are refused, whatever they ask for. */
  readonly refused?: Partial<Record<keyof typeof REQUEST, Status>>;
  /** What a missing file is answered with, where it is not NO_SUCH_FILE. */
  readonly missing?: Status;
  /** Attributes that it does not tell of the entry of that name. */
  readonly untold?: (name: string) => readonly Attribute[];
  /** A listing shows bare names, not the lines of `ls -l`. */
  readonly bareNames?: boolean;
  /** A file is taken away when it is closed after it was read to its end. */
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

/** Files that are taken away when the handle by which they were read to their end is closed. */
export class ReadOnce {
  readonly #open = new Map<string, { readonly path: string; isRead: boolean }>();

  opened(handle: Buffer, path: string): void {
    this.#open.set(handle.toString('hex'), { path, isRead: false });
  }

  /** @param end where the bytes that were read end, in the file */
  readTo(handle: Buffer, end: number): void {
    const file = this.#open.get(handle.toString('hex'));
    if (file !== undefined && end >= fs.statSync(file.path).size) file.isRead = true;
  }

  closed(handle: Buffer): void {
    const file = this.#open.get(handle.toString('hex'));
    if (file?.isRead) fs.rmSync(file.path, { force: true });
  }
}
