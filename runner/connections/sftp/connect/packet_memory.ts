import type { SFTPWrapper } from 'ssh2';

/** What is kept as a view of its packet, a handle, is far smaller; the names of a long listing become strings at once. */
const LARGE_BYTES = 16 * 1024;

/** A buffer with little more than the packet in it belongs to that packet alone. */
const OVERHEAD_BYTES = 1024;

/**
 * Frees the memory of a packet as soon as its bytes were copied to whoever asked for them. Left to the collector, which
 * sees only the small objects in front of it, decrypted packets pile up to some 40 MB while a file is read. It has no
 * option for it, hence the look inside. New keys, which are agreed on after many gigabytes, leave it to the collector again.
 * @returns false where this ssh2 is built differently: then they pile up
 */
export function freePacketsAtOnce(sftp: SFTPWrapper): boolean {
  return freeDecrypted(sftp) && freeAssembled(sftp);
}

/** What the transport decrypted, once the channel has taken it. */
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

/** What SFTP put together from several of those, once it has begun the next. */
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
