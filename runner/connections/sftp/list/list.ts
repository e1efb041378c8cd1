import type { FileEntryWithStats } from 'ssh2';
import { failure } from '../failure.ts';
import { isSafeName, joinPath, remotePath, splitPath } from '../path.ts';
import type { SftpSession } from '../session.ts';
import { readEntries } from './absent.ts';
import { type Attributes, type EntryKind, kindOf, modifiedAt } from './attributes.ts';
import { lstat, refuseLinkedFolder } from './lstat.ts';

export interface SftpEntry {
  /** The path below the connection's base directory. */
  readonly path: string;
  /** The last part of `path`. */
  readonly name: string;
  readonly kind: 'file' | 'directory';
  readonly bytes: number;
  /**
   * The modification time in whole seconds, the resolution of protocol version 3; null if the server does not give it.
   */
  readonly modifiedAt: Temporal.Instant | null;
}

/** An entry of a folder that cannot be used. */
export interface LeftOut {
  /** The name as the server gives it; it may contain any character. */
  readonly name: string;
  /** A clause, e.g. `it is a link, and links are not followed`. */
  readonly why: string;
}

export interface SftpListing {
  /** The files and folders, sorted by name. */
  readonly entries: readonly SftpEntry[];
  readonly leftOut: readonly LeftOut[];
}

const UNUSABLE: Readonly<Record<Exclude<EntryKind, SftpEntry['kind']>, string>> = {
  link: 'it is a link, and links are not followed',
  device: 'it is not a regular file',
};
const NO_SIZE = 'the server does not give its size';

/** Lists a folder; an absent one is empty. A missing attribute affects only its own entry. */
export async function list(session: SftpSession, dirPath: string): Promise<SftpListing> {
  await refuseLinkedFolder(session, dirPath);
  const entries: SftpEntry[] = [];
  const leftOut: LeftOut[] = [];
  const gaps = new Gaps();
  for (const listed of (await readEntries(session, dirPath)) ?? []) {
    const { filename: name } = listed;
    if (name === '.' || name === '..' || isPart(name)) continue;
    const entry = isSafeName(name)
      ? await entryListed(session, joinPath(dirPath, name), { listed, gaps })
      : 'its name may hold only letters, digits and . _ - and begins with no dot';
    if (entry === null) continue;
    if (typeof entry === 'string') leftOut.push({ name, why: entry });
    else entries.push(entry);
  }
  return { entries: entries.sort((left, right) => (left.name < right.name ? -1 : 1)), leftOut };
}

/**
 * Returns the entry, null if there is none.
 * @throws ConnectionError `not_a_file` for a link, which is not followed, or a device
 */
export async function stat(session: SftpSession, path: string): Promise<SftpEntry | null> {
  remotePath(session.config, path); // refuses an unsafe path before any part of it is sent
  await refuseLinkedFolder(session, splitPath(path).dir);
  const attributes = await lstat(session, path);
  if (attributes === null) return null;
  const entry = entryOf(path, await kindOf(session, path, { attributes }), attributes);
  if (typeof entry !== 'string') return entry;
  const kind = entry === NO_SIZE ? 'unsupported' : 'not_a_file';
  throw failure(session.config, { doing: 'use', path }, { kind, why: entry });
}

/** Returns the entry, or why it cannot be used; null if it was removed since it was listed. */
async function entryListed(
  session: SftpSession,
  path: string,
  { listed, gaps }: { readonly listed: FileEntryWithStats; readonly gaps: Gaps },
): Promise<SftpEntry | string | null> {
  const attributes = await gaps.filled(listed.attrs, () => lstat(session, path));
  if (attributes === null) return null;
  const { longname } = listed;
  return entryOf(path, await kindOf(session, path, { attributes, longname }), attributes);
}

const NEEDED = ['mode', 'size', 'mtime'] as const;

/**
 * The attributes that a listing leaves out. A request for each entry is slow in a large folder, so attributes that were not
 * in the answer to one are not requested again.
 */
class Gaps {
  readonly #unanswered = new Set<string>();

  /** Returns the attributes, those that are missing taken from `request`; null if that finds no entry. */
  async filled(listed: Attributes, request: () => Promise<Attributes | null>): Promise<Attributes | null> {
    const missing = NEEDED.filter((name) => listed[name] === undefined && !this.#unanswered.has(name));
    if (missing.length === 0) return listed;
    const answer = await request();
    if (answer === null) return null;
    const filled = { ...listed };
    for (const name of missing) {
      const value = answer[name];
      if (value === undefined) this.#unanswered.add(name);
      else filled[name] = value;
    }
    return filled;
  }
}

/** Returns the entry, or why it cannot be used. */
function entryOf(path: string, kind: EntryKind, attributes: Attributes): SftpEntry | string {
  if (kind === 'link' || kind === 'device') return UNUSABLE[kind];
  const bytes = kind === 'directory' ? 0 : attributes.size;
  if (bytes === undefined) return NO_SIZE;
  return { path, name: splitPath(path).name, kind, bytes, modifiedAt: modifiedAt(attributes) };
}

/** Returns true for a part file, of this installation or of another one. */
function isPart(name: string): boolean {
  return /^\.[A-Za-z0-9._-]+\.part$/.test(name);
}
