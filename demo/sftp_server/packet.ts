/** Encodes and decodes the packets of SFTP version 3 (draft-ietf-secsh-filexfer-02) for a server. */
import type { Stats } from 'node:fs';

export const REQUEST = {
  INIT: 1,
  OPEN: 3,
  CLOSE: 4,
  READ: 5,
  WRITE: 6,
  LSTAT: 7,
  FSTAT: 8,
  SETSTAT: 9,
  FSETSTAT: 10,
  OPENDIR: 11,
  READDIR: 12,
  REMOVE: 13,
  MKDIR: 14,
  RMDIR: 15,
  REALPATH: 16,
  STAT: 17,
  RENAME: 18,
  EXTENDED: 200,
} as const;

export const STATUS = {
  OK: 0,
  EOF: 1,
  NO_SUCH_FILE: 2,
  PERMISSION_DENIED: 3,
  FAILURE: 4,
  BAD_MESSAGE: 5,
  OP_UNSUPPORTED: 8,
} as const;
export type Status = (typeof STATUS)[keyof typeof STATUS];

const RESPONSE = { VERSION: 2, STATUS: 101, HANDLE: 102, DATA: 103, NAME: 104, ATTRS: 105, EXTENDED: 201 };
const ATTRIBUTE = { SIZE: 1, UID_GID: 2, PERMISSIONS: 4, TIMES: 8 } as const;
export type Attribute = keyof typeof ATTRIBUTE;

/** The size of a whole packet; also the limit that `limits@openssh.com` announces. */
export const MAX_PACKET_BYTES = 256 * 1024;
/** The size of length, type, id and the data's own length. */
export const DATA_HEADER_BYTES = 13;
export const MAX_DATA_BYTES = MAX_PACKET_BYTES - 1024;

export interface Attributes {
  readonly bytes?: number;
  readonly mode?: number;
  readonly accessedAtS?: number;
  readonly modifiedAtS?: number;
}

/** Splits a byte stream into packets without their length; the type comes first. */
export async function* packets(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    while (rest.length - start >= 4) {
      const length = rest.readUInt32BE(start);
      if (length === 0 || length > MAX_PACKET_BYTES) throw new RangeError(`SFTP packet of ${length} bytes`);
      if (rest.length - start - 4 < length) break;
      yield rest.subarray(start + 4, start + 4 + length);
      start += 4 + length;
    }
    rest = rest.subarray(start);
  }
}

/**
 * Reads fields in order.
 * @throws RangeError past the end
 */
export class PacketReader {
  readonly #packet: Buffer;
  #at = 1;
  constructor(packet: Buffer) {
    this.#packet = packet;
  }
  get type(): number {
    return this.#packet.readUInt8(0);
  }
  uint32(): number {
    this.#at += 4;
    return this.#packet.readUInt32BE(this.#at - 4);
  }
  /** @throws RangeError beyond 2^53 */
  uint64(): number {
    this.#at += 8;
    const value = this.#packet.readBigUInt64BE(this.#at - 8);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError(`offset ${value}`);
    return Number(value);
  }
  bytes(): Buffer {
    const length = this.uint32();
    if (this.#at + length > this.#packet.length)
      throw new RangeError('SFTP string past the end of its packet');
    this.#at += length;
    return this.#packet.subarray(this.#at - length, this.#at);
  }
  text(): string {
    return this.bytes().toString('utf8');
  }
  attributes(): Attributes {
    const flags = this.uint32();
    const bytes = flags & ATTRIBUTE.SIZE ? { bytes: this.uint64() } : {};
    if (flags & ATTRIBUTE.UID_GID) this.#at += 8;
    const mode = flags & ATTRIBUTE.PERMISSIONS ? { mode: this.uint32() & 0o7777 } : {};
    const times = flags & ATTRIBUTE.TIMES ? { accessedAtS: this.uint32(), modifiedAtS: this.uint32() } : {};
    return { ...bytes, ...mode, ...times };
  }
}

export function versionPacket(extensions: Readonly<Record<string, string>>): Buffer {
  const fields = Object.entries(extensions).flatMap(([name, data]) => [text(name), text(data)]);
  return packet(RESPONSE.VERSION, [uint32(3), ...fields]);
}

export function statusPacket(id: number, status: Status, message: string): Buffer {
  return packet(RESPONSE.STATUS, [uint32(id), uint32(status), text(message), text('')]);
}

export function handlePacket(id: number, handle: Buffer): Buffer {
  return packet(RESPONSE.HANDLE, [uint32(id), uint32(handle.length), handle]);
}

/** Completes a buffer whose data already starts at `DATA_HEADER_BYTES`, so that no byte is copied again. */
export function dataPacket(id: number, buffer: Buffer, dataBytes: number): Buffer {
  buffer.writeUInt32BE(DATA_HEADER_BYTES - 4 + dataBytes, 0);
  buffer.writeUInt8(RESPONSE.DATA, 4);
  buffer.writeUInt32BE(id, 5);
  buffer.writeUInt32BE(dataBytes, 9);
  return buffer.subarray(0, DATA_HEADER_BYTES + dataBytes);
}

export interface NamedFile {
  readonly name: string;
  readonly stats: Stats | null;
  /** Attributes that are left out. */
  readonly withheld?: readonly Attribute[];
  /** Without the line that `ls -l` would show. */
  readonly isBare?: boolean;
}

export function namePacket(id: number, files: readonly NamedFile[]): Buffer {
  const fields = files.flatMap(({ name, stats, withheld = [], isBare = false }) => [
    text(name),
    text(isBare ? name : longName(name, stats)),
    stats === null ? uint32(0) : attributes(stats, withheld),
  ]);
  return packet(RESPONSE.NAME, [uint32(id), uint32(files.length), ...fields]);
}

export function attributesPacket(id: number, stats: Stats, withheld: readonly Attribute[] = []): Buffer {
  return packet(RESPONSE.ATTRS, [uint32(id), attributes(stats, withheld)]);
}

/** Returns the answer to `limits@openssh.com`: packet, read and write bytes, open handles. */
export function limitsPacket(id: number, maxHandles: number): Buffer {
  return packet(RESPONSE.EXTENDED, [
    uint32(id),
    ...[MAX_PACKET_BYTES, MAX_DATA_BYTES, MAX_DATA_BYTES, maxHandles].map(uint64),
  ]);
}

function packet(type: number, fields: readonly Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.of(type), ...fields]);
  return Buffer.concat([uint32(body.length), body]);
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value >>> 0);
  return buffer;
}

function uint64(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(BigInt(value));
  return buffer;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function attributes(stats: Stats, withheld: readonly Attribute[]): Buffer {
  const fields: Readonly<Record<Attribute, readonly Buffer[]>> = {
    SIZE: [uint64(stats.size)],
    UID_GID: [stats.uid, stats.gid].map(uint32),
    PERMISSIONS: [uint32(stats.mode)],
    TIMES: [stats.atimeMs, stats.mtimeMs].map((ms) => uint32(Math.floor(ms / 1000))),
  };
  const known = (Object.keys(fields) as Attribute[]).filter((name) => !withheld.includes(name));
  const flags = known.reduce((sum, name) => sum | ATTRIBUTE[name], 0);
  return Buffer.concat([uint32(flags), ...known.flatMap((name) => fields[name])]);
}

/** Returns the beginning of the line of `ls -l`; clients read the type from its first letter. */
function longName(name: string, stats: Stats | null): string {
  if (stats === null) return name;
  const type = stats.isDirectory() ? 'd' : stats.isSymbolicLink() ? 'l' : '-';
  const rights = [6, 3, 0]
    .map((shift) => {
      const bits = (stats.mode >> shift) & 7;
      return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${bits & 1 ? 'x' : '-'}`;
    })
    .join('');
  return `${type}${rights} ${stats.nlink} ${stats.uid} ${stats.gid} ${stats.size} ${name}`;
}
