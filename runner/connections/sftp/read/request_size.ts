import type { SFTPWrapper } from 'ssh2';

/** The largest read that OpenSSH answers at once since 8.5; smaller reads cost packets and wake-ups on both sides. */
export const LARGEST_READ_BYTES = 255 * 1024;
/** The smallest read: every server accepts this much (draft-ietf-secsh-filexfer-02 section 3). */
const SMALLEST_READ_BYTES = 32 * 1024;

/** The size of a read request: what the server announced, and less once it has answered with less. */
export class ReadSize {
  #bytes: number;

  constructor(sftp: SFTPWrapper) {
    // ssh2 would split a larger request, and send the second half only after the first is answered.
    const most: unknown = Reflect.get(sftp, '_maxReadLen');
    this.#bytes = clamp(typeof most === 'number' ? most : SMALLEST_READ_BYTES);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Records that the server answered with fewer bytes although the file had more. */
  answeredShort(bytes: number): void {
    this.#bytes = Math.min(this.#bytes, clamp(bytes));
  }
}

function clamp(bytes: number): number {
  return Math.max(SMALLEST_READ_BYTES, Math.min(bytes, LARGEST_READ_BYTES));
}
