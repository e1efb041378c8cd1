import { STATUS, type Status } from './packet.ts';

/** A request that is refused with a specific SFTP status. */
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

/** Returns the SFTP status for any error. */
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

/**
 * Returns the message for the client: the error's code instead of its text, which names directories outside the jail.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof StatusError || error instanceof RangeError) return error.message;
  return error instanceof Error && 'code' in error ? String(error.code) : 'failure';
}
