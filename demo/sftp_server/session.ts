/**
 * One SFTP session. File calls are synchronous: they are short and local, and requests are answered in the order of
 * arrival, as the protocol requires for requests on the same file.
 *
 * It implements the protocol itself over ssh2's plain channel, because ssh2's own SFTP server cannot announce
 * extensions, and a client replaces a file atomically only with `posix-rename@openssh.com`.
 */
import { once } from 'node:events';
import fs from 'node:fs';
import { basename } from 'node:path';
import type { Duplex } from 'node:stream';
import { change } from './changes.ts';
import { HandleTable } from './handles.ts';
import type { Jail } from './jail.ts';
import { type Oddities, oddStatusOf, ReadOnce, refuseOddly } from './oddities.ts';
import {
  attributesPacket,
  DATA_HEADER_BYTES,
  dataPacket,
  handlePacket,
  type NamedFile,
  namePacket,
  PacketReader,
  packets,
  REQUEST,
  STATUS,
  statusPacket,
  versionPacket,
} from './packet.ts';
import { reasonOf, refuseIfReadOnly } from './status_error.ts';

export const EXTENSIONS = {
  'posix-rename@openssh.com': '1',
  'fsync@openssh.com': '1',
  'limits@openssh.com': '1',
} as const;

export interface SessionOptions {
  readonly jail: Jail;
  readonly readOnly: boolean;
  /** The extensions that the server announces and implements, with their versions. */
  readonly extensions: Readonly<Record<string, string>>;
  /** The most bytes that one read returns; servers differ, and clients must ask again for the rest. */
  readonly maxReadBytes: number;
  readonly oddities: Oddities;
}

/** The open handles of one client. */
interface Opened {
  readonly handles: HandleTable;
  readonly readOnce: ReadOnce;
}

const MAX_HANDLES = 256;
const DIRECTORY_ENTRIES_PER_ANSWER = 100;

const WRITE = 2;
const APPEND = 4;
const CREATE = 8;
const TRUNCATE = 16;
const EXCLUSIVE = 32;

/** Serves until the client closes the channel, then closes every handle. */
export async function serveSftp(channel: Duplex, options: SessionOptions): Promise<void> {
  const handles = new HandleTable(MAX_HANDLES);
  const opened = { handles, readOnce: new ReadOnce() };
  const closed = new AbortController();
  channel.once('close', () => closed.abort());
  try {
    for await (const packet of packets(channel)) {
      const answered = channel.write(answer(packet, opened, options));
      if (!answered) await once(channel, 'drain', { signal: closed.signal });
    }
  } catch {
    // The channel is gone, or what came over it was no SFTP: either way the conversation is over.
    channel.destroy();
  } finally {
    handles.closeAll();
    channel.end();
  }
}

function answer(packet: Buffer, opened: Opened, options: SessionOptions): Buffer {
  const request = new PacketReader(packet);
  if (request.type === REQUEST.INIT) return versionPacket(options.extensions);
  const id = request.uint32();
  try {
    refuseOddly(request.type, options.oddities);
    return perform(id, request, opened, options) ?? statusPacket(id, STATUS.OK, '');
  } catch (error) {
    return statusPacket(id, oddStatusOf(error, options.oddities), reasonOf(error));
  }
}

function perform(
  id: number,
  request: PacketReader,
  opened: Opened,
  options: SessionOptions,
): Buffer | undefined {
  const { jail, oddities } = options;
  const { handles } = opened;
  switch (request.type) {
    case REQUEST.OPEN:
      return open(id, request, opened, options);
    case REQUEST.CLOSE:
      return close(request.bytes(), opened);
    case REQUEST.READ:
      return readSome(id, request, opened, options);
    case REQUEST.WRITE:
      return write(handles.file(request.bytes()), request.uint64(), request.bytes());
    case REQUEST.LSTAT:
      return attributes(id, jail.entry(request.text()), options);
    case REQUEST.STAT:
      return attributes(id, jail.target(request.text()), options);
    case REQUEST.FSTAT:
      return attributesPacket(id, fs.fstatSync(handles.file(request.bytes())));
    case REQUEST.OPENDIR:
      return handlePacket(id, handles.addDirectory(jail.target(request.text())));
    case REQUEST.READDIR:
      return readDirectory(id, handles.nextEntries(request.bytes(), DIRECTORY_ENTRIES_PER_ANSWER), oddities);
    case REQUEST.REALPATH:
      return namePacket(id, [{ name: jail.visible(request.text()), stats: null }]);
    default:
      return change(id, request, { ...options, handles });
  }
}

/** Returns attributes. A target of the jail has no link at its end, so that LSTAT and STAT differ only by the path. */
function attributes(id: number, path: string, { oddities }: SessionOptions): Buffer {
  return attributesPacket(id, fs.lstatSync(path), oddities.withheld?.(basename(path)));
}

function close(handle: Buffer, { handles, readOnce }: Opened): undefined {
  handles.close(handle);
  readOnce.closed(handle);
}

function open(id: number, request: PacketReader, opened: Opened, options: SessionOptions): Buffer {
  const path = request.text();
  const asked = request.uint32();
  const { mode = 0o666 } = request.attributes();
  const writes = (asked & (WRITE | APPEND | CREATE | TRUNCATE)) !== 0;
  const { handles, readOnce } = opened;
  if (!writes) {
    const target = options.jail.target(path);
    const handle = handles.addFile(target, fs.constants.O_RDONLY, 0);
    // Parts are our own: a server takes away what was meant to be fetched.
    if (options.oddities.readOnce && !basename(target).startsWith('.')) readOnce.opened(handle, target);
    return handlePacket(id, handle);
  }
  refuseIfReadOnly(options.readOnly);
  const { O_RDWR, O_APPEND, O_CREAT, O_TRUNC, O_EXCL, O_NOFOLLOW } = fs.constants;
  const flags =
    O_RDWR |
    O_NOFOLLOW |
    (asked & APPEND ? O_APPEND : 0) |
    (asked & CREATE ? O_CREAT : 0) |
    (asked & TRUNCATE ? O_TRUNC : 0) |
    (asked & EXCLUSIVE ? O_EXCL : 0);
  return handlePacket(id, handles.addFile(options.jail.entry(path), flags, mode));
}

function readSome(
  id: number,
  request: PacketReader,
  { handles, readOnce }: Opened,
  { maxReadBytes }: SessionOptions,
): Buffer {
  const handle = request.bytes();
  const position = request.uint64();
  const length = Math.min(request.uint32(), maxReadBytes);
  readOnce.readTo(handle, position + length);
  return read(id, handles.file(handle), position, length);
}

function read(id: number, fd: number, position: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(DATA_HEADER_BYTES + length);
  const got = fs.readSync(fd, buffer, DATA_HEADER_BYTES, length, position);
  return got === 0 ? statusPacket(id, STATUS.EOF, 'end of file') : dataPacket(id, buffer, got);
}

function write(fd: number, position: number, data: Buffer): undefined {
  let done = 0;
  while (done < data.length) done += fs.writeSync(fd, data, done, data.length - done, position + done);
}

function readDirectory(
  id: number,
  files: readonly NamedFile[],
  { withheld, bareNames = false }: Oddities,
): Buffer {
  if (files.length === 0) return statusPacket(id, STATUS.EOF, 'end of directory');
  const shown = files.map((file) => ({ ...file, withheld: withheld?.(file.name) ?? [], isBare: bareNames }));
  return namePacket(id, shown);
}
