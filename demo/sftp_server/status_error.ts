import { STATUS, type Status } from './packet.ts';

/** A no that has a status of its own. */
export class StatusError extends Error {
  override name = 'StatusError';
  readonly status: Status;
  constructor(status: Status, message: string) {
    super(message);
    this.status = status;
  }
}

export function refuseIfReadOnly(readOnly: boolean): void {
  if (readOnly) throw new StatusError(STATUS.PERMISSION_DENIED, 'read only');
}

/** The status that tells a client about any error of ours. */
export function statusOf(error: unknown): Status {
  if (error instanceof StatusError) return error.status;
  if (error instanceof RangeError) return STATUS.BAD_MESSAGE;
  switch (error instanceof Error && 'code' in error ? error.code : null) {
    case 'ENOENT':
    case 'ENOTDIR':
      return STATUS.NO_SUCH_FILE;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return STATUS.PERMISSION_DENIED;
    default:
      return STATUS.FAILURE;
  }
}

/** For the client's eyes: the error's code rather than its text, which names directories outside the jail. */
export function reasonOf(error: unknown): string {
  if (error instanceof StatusError || error instanceof RangeError) return error.message;
  return error instanceof Error && 'code' in error ? String(error.code) : 'failure';
}
