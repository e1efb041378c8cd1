import { createHash } from 'node:crypto';
import { createReadStream, type Dirent } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { ConnectionError } from '../../../connections/connection_error.ts';
import { leftOutOf } from '../../../core/value/left_out.ts';
import {
  formatLocation,
  type Location,
  type LocationPattern,
  matchesPattern,
} from '../../../core/value/location.ts';
import { type FileEntry, TaskError } from '../../../task.ts';
import { type FileStore, piecesOf } from './file_store.ts';

type LocalLocation = Extract<Location, { scheme: 'file' }>;
type LocalPattern = Extract<LocationPattern, { scheme: 'file' }>;

/** An entry of this host, which always has a modification time. */
interface LocalEntry extends FileEntry {
  readonly modifiedAt: Temporal.Instant;
}

const CHUNK_BYTES = 1 << 18;

/** The owner of part files, whose names begin with `.<name>.<run>.`. */
export interface LocalOwner {
  readonly runId: number;
  /** The token in the names of this attempt's part files. */
  readonly token: string;
}

/** Stores `file:` locations, below one directory of this host. */
export function localFiles(baseDir: string, owner: LocalOwner): FileStore<LocalLocation, LocalPattern> {
  const resolve = (place: string) => path.join(baseDir, place);

  async function statPlace(place: LocalLocation): Promise<LocalEntry | null> {
    const stats = await stat(resolve(place.path), { bigint: true }).catch(nullIfMissing);
    if (stats === null || !stats.isFile()) return null;
    return {
      location: formatLocation(place),
      name: path.basename(place.path),
      bytes: Number(stats.size),
      modifiedAt: Temporal.Instant.fromEpochMilliseconds(Number(stats.mtimeMs)),
    };
  }

  async function* chunks(place: LocalLocation, before: LocalEntry): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    await using file = await open(resolve(place.path), 'r');
    let bytesRead = 0;
    while (true) {
      const chunk = new Uint8Array(CHUNK_BYTES);
      const read = await file.read(chunk, 0, CHUNK_BYTES, null);
      if (read.bytesRead === 0) break;
      bytesRead += read.bytesRead;
      yield chunk.subarray(0, read.bytesRead);
    }
    const after = await statPlace(place);
    if (bytesRead !== before.bytes || after?.modifiedAt.equals(before.modifiedAt) !== true) {
      throw new TaskError(
        `${before.location} changed while it was read: ${before.bytes} bytes before, ${bytesRead} read`,
      );
    }
  }

  return {
    stat: statPlace,
    async list({ folder, pattern }) {
      const names = (await readdir(resolve(folder)).catch(nullIfMissing)) ?? [];
      const places = names
        .filter((name) => matchesPattern(pattern, name))
        .sort()
        .map((name): LocalLocation => ({ scheme: 'file', path: folder === '' ? name : `${folder}/${name}` }));
      const entries = await Promise.all(places.map(statPlace));
      return entries.filter((entry) => entry !== null);
    },
    async leftOut({ folder, pattern }) {
      const found = (await readdir(resolve(folder), { withFileTypes: true }).catch(nullIfMissing)) ?? [];
      const named = found.map((entry) => ({ name: entry.name, why: whyUnusable(entry) }));
      return leftOutOf(pattern, named);
    },
    async open(place) {
      const entry = await statPlace(place);
      if (entry === null) throw new TaskError(`${formatLocation(place)}: no such file below ${baseDir}`);
      return { ...entry, chunks: () => chunks(place, entry) };
    },
    async publish(place, content, { existing }) {
      const target = resolve(place.path);
      await mkdir(path.dirname(target), { recursive: true });
      const part = await freshPart(target, owner);
      const hash = createHash('sha256');
      let bytes = 0;
      try {
        await using file = await open(part, 'wx', 0o640);
        for await (const piece of piecesOf(content)) {
          hash.update(piece);
          bytes += piece.length;
          await file.writeFile(piece);
        }
        await file.sync();
        const sha256 = hash.digest('hex');
        await (existing === 'replace'
          ? rename(part, target)
          : linkUnlessOther(place, { part, target, sha256 }));
        return { bytes, sha256 };
      } finally {
        await rm(part, { force: true });
      }
    },
    async rename(from, to) {
      const target = resolve(to.path);
      await mkdir(path.dirname(target), { recursive: true });
      try {
        // Unlike a rename, a link never replaces a file.
        await link(resolve(from.path), target);
      } catch (error) {
        if (isErrno(error, 'EEXIST', 'EXDEV', 'EPERM', 'ENOTSUP')) return false;
        throw error;
      }
      await rm(resolve(from.path));
      return true;
    },
    async remove(place) {
      if ((await statPlace(place)) === null) return false;
      await rm(resolve(place.path), { force: true });
      return true;
    },
  };
}

/**
 * Returns the path of the part file that the attempt writes, and removes those that killed attempts of the same run have
 * left.
 */
async function freshPart(target: string, { runId, token }: LocalOwner): Promise<string> {
  const folder = path.dirname(target);
  const prefix = `.${path.basename(target)}.${runId}.`;
  const stale = (await readdir(folder)).filter((name) => name.startsWith(prefix) && name.endsWith('.part'));
  for (const name of stale) await rm(path.join(folder, name), { force: true });
  return path.join(folder, `${prefix}${token}.part`);
}

/** Gives the part its final name. @throws ConnectionError `conflict` if a file of the name has other content */
async function linkUnlessOther(
  place: LocalLocation,
  { part, target, sha256 }: { readonly part: string; readonly target: string; readonly sha256: string },
): Promise<void> {
  try {
    await link(part, target);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(target)) hash.update(chunk);
    if (hash.digest('hex') === sha256) return;
    throw new ConnectionError(
      'conflict',
      `${formatLocation(place)} exists with other content, which is kept`,
    );
  }
}

function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** Returns why an entry cannot be a file, or null. A link to a file is listed as a file. */
function whyUnusable(entry: Dirent): string | null {
  if (entry.isDirectory()) return 'it is a folder';
  return entry.isFile() || entry.isSymbolicLink() ? null : 'it is not a regular file';
}

function nullIfMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}
