import type { SFTPWrapper } from 'ssh2';

/**
 * The size in bytes from which packets are freed. A handle, which is kept as a view of its packet, is far smaller; the
 * names of a long listing become strings at once.
 */
const LARGE_BYTES = 16 * 1024;

/** A buffer that exceeds its packet by no more than this belongs to that packet alone. */
const OVERHEAD_BYTES = 1024;

/**
 * Frees the memory of each packet as soon as its bytes were copied to the reader. The garbage collector sees only the
 * small objects that refer to them, so decrypted packets would grow to some 40 MB while a file is read. ssh2 has no
 * option for this, so its internals are used. After a new key exchange, which comes after many gigabytes, packets are
 * left to the collector again.
 * @returns false if the internals of this ssh2 differ: then packets are left to the collector
 */
export function freePacketsAtOnce(sftp: SFTPWrapper): boolean {
  return freeDecrypted(sftp) && freeAssembled(sftp);
}

/** Frees what the transport decrypted, once the channel has consumed it. */
function freeDecrypted(sftp: SFTPWrapper): boolean {
  const decipher = inner(inner(sftp, '_protocol'), '_decipher');
  const take: unknown = decipher === null ? null : Reflect.get(decipher, '_onPayload');
  if (decipher === null || typeof take !== 'function') return false;
  Reflect.set(decipher, '_onPayload', (payload: unknown): unknown => {
    const taken: unknown = Reflect.apply(take, decipher, [payload]);
    free(payload);
    return taken;
  });
  return true;
}

/** Frees what SFTP assembled from several packets, once it has begun the next. */
function freeAssembled(sftp: SFTPWrapper): boolean {
  const push: unknown = Reflect.get(sftp, 'push');
  if (typeof push !== 'function' || !('_pkt' in sftp)) return false;
  Reflect.set(sftp, 'push', (data: unknown): unknown => {
    const before: unknown = Reflect.get(sftp, '_pkt');
    const pushed: unknown = Reflect.apply(push, sftp, [data]);
    if (Reflect.get(sftp, '_pkt') !== before) free(before);
    return pushed;
  });
  return true;
}

function inner(holder: object | null, name: string): object | null {
  const value: unknown = holder === null ? null : Reflect.get(holder, name);
  return typeof value === 'object' ? value : null;
}

function free(packet: unknown): void {
  if (!(packet instanceof Uint8Array) || packet.length < LARGE_BYTES) return;
  const { buffer } = packet;
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength > packet.length + OVERHEAD_BYTES) return;
  buffer.transfer(0);
}
