import net from 'node:net';
import type { SFTPWrapper } from 'ssh2';

/** A packet of SSH is at most 35,000 bytes; with room for several, one read of the kernel fetches many. */
const READ_BYTES = 256 * 1024;
const ARENA_BYTES = 1024 * 1024;

type WriteDone = (error?: Error | null) => void;

/**
 * A TCP connection for ssh2 that costs little per packet.
 *
 * Writing: ssh2 writes each packet as length, content and tag, and a reader asks for many pieces at once; what is
 * written within one turn of the event loop leaves in one system call.
 *
 * Reading: bytes come into the same memory again and again, instead of one new buffer a read, which the collector
 * finds only tens of megabytes later. Not so until `reuseMemory`: what a listener keeps of a read it must be done with by
 * the next megabyte. ssh2 then keeps no more than the packet that is not complete yet; during the handshake it does.
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

  /** For after the handshake. @returns false where ssh2 would keep parts of what it reads, so that reads are still copied */
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

/** By way of `node:crypto`. ssh2's addon, which few have compiled, decrypts in place: an answer's bytes are the packet's. */
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
