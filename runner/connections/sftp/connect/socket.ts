import net from 'node:net';
import type { SFTPWrapper } from 'ssh2';

/** The size of a read: an SSH packet is at most 35,000 bytes, so one read of the kernel fetches many. */
const READ_BYTES = 256 * 1024;
const ARENA_BYTES = 1024 * 1024;

type WriteDone = (error?: Error | null) => void;

/**
 * A TCP connection for ssh2 with a low cost per packet.
 *
 * Writing: ssh2 writes each packet as length, content and tag, and a reader requests many pieces at once. Everything
 * written within one turn of the event loop is sent with one system call.
 *
 * Reading: bytes are read into the same memory again and again, as the collector would free one buffer per read only
 * tens of megabytes later. This begins with `reuseMemory`: from then on a listener must be done with the bytes of a
 * read by the next megabyte. ssh2 then keeps only the incomplete packet; during the handshake it keeps more.
 */
export class SftpSocket extends net.Socket {
  #reusesMemory = false;

  constructor() {
    const arena = Buffer.allocUnsafeSlow(ARENA_BYTES);
    let at = 0;
    super({
      noDelay: true,
      onread: {
        buffer: () => {
          if (at + READ_BYTES > arena.length) at = 0;
          return arena.subarray(at, at + READ_BYTES);
        },
        callback: (length: number, buffer: Uint8Array): boolean => {
          at += length;
          const bytes = Buffer.from(buffer.buffer, buffer.byteOffset, length);
          this.emit('data', this.#reusesMemory ? bytes : Buffer.from(bytes));
          return true;
        },
      },
    });
  }

  /**
   * Begins to reuse memory; call it after the handshake.
   * @returns false if ssh2 would keep parts of what it reads, so that reads are still copied
   */
  reuseMemory(sftp: SFTPWrapper): boolean {
    this.#reusesMemory = decryptsIntoNewMemory(sftp);
    return this.#reusesMemory;
  }

  override write(
    data: string | Uint8Array,
    encoding?: BufferEncoding | WriteDone,
    done?: WriteDone,
  ): boolean {
    if (this.writableCorked === 0) {
      this.cork();
      process.nextTick(() => this.uncork());
    }
    return typeof encoding === 'function' ? super.write(data, encoding) : super.write(data, encoding, done);
  }
}

/**
 * Returns true if packets are decrypted into new memory by `node:crypto`. ssh2's addon, which few have compiled,
 * decrypts in place: the bytes of an answer are those of the packet.
 */
function decryptsIntoNewMemory(sftp: SFTPWrapper): boolean {
  const protocol: unknown = Reflect.get(sftp, '_protocol');
  if (typeof protocol !== 'object' || protocol === null || !('_decipher' in protocol)) return false;
  const decipher = protocol._decipher;
  return (
    typeof decipher === 'object' &&
    decipher !== null &&
    /^(AESGCM|Generic)DecipherNative$/.test(decipher.constructor.name)
  );
}
