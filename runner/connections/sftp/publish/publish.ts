import { createHash } from 'node:crypto';
import { failure, type Step } from '../failure.ts';
import { kindOf } from '../list/attributes.ts';
import { makeDirs } from '../list/folders.ts';
import { lstat, lstatAt, type RemotePath } from '../list/lstat.ts';
import { joinPath, remotePath, splitPath } from '../path.ts';
import { openFile } from '../read/read.ts';
import type { SftpSession } from '../session.ts';
import { discardPart, type PartFile, reached, verifyPart, writePart } from './part_file.ts';
import { type PublishOwner, partName, partPath, partPrefix, sweepParts } from './parts.ts';
import { factsOf, type SftpContent, type WrittenFacts } from './write.ts';

export interface PublishOptions extends PublishOwner {
  /** `refuse` keeps a file of the name that has other content; `replace` by default. */
  readonly existing?: 'replace' | 'refuse';
}

export interface Publication {
  /** The path below the base directory; missing folders are created. */
  readonly path: string;
  readonly options: PublishOptions;
}

/**
 * Publishes the file under its name completely and verified, or not at all: part file, fsync, size, read back, rename.
 * If the name already has the same content, it is left as it is.
 * @throws ConnectionError; `conflict` if the name has other content that is to be kept, or that the server cannot replace
 *   atomically
 */
export async function publish(
  session: SftpSession,
  { path, options }: Publication,
  content: SftpContent,
): Promise<WrittenFacts> {
  remotePath(session.config, path); // refuses an unsafe name before anything is written
  const { dir, name } = splitPath(path);
  const partFile = partName(name, options);
  const swept = await sweepParts(session, dir, partPrefix(name, options.runId));
  if (swept === null) await makeDirs(session, dir);
  if (content instanceof Uint8Array) {
    const facts = factsOf(content);
    if (await holds(session, path, facts)) return facts;
  }
  const part = { path: joinPath(dir, partFile), remote: partPath(session, dir, partFile) };
  const target = { path, remote: remotePath(session.config, path) };
  // The checksum of streamed content is known only once it is written.
  const isThere = async (written: WrittenFacts) =>
    !(content instanceof Uint8Array) && (await holds(session, path, written));
  const { existing = 'replace' } = options;
  return await publishPart(session, { part, target, isThere, existing }, content);
}

export interface PartPublication {
  readonly part: PartFile;
  readonly target: RemotePath;
  /** Returns true if the target already has the content that was written. */
  isThere(written: WrittenFacts): Promise<boolean>;
  readonly existing?: 'replace' | 'refuse';
}

/** Writes and verifies the part and renames it to the target; the part is removed if any of that fails. */
export async function publishPart(
  session: SftpSession,
  { part, target, isThere, existing = 'replace' }: PartPublication,
  content: SftpContent,
): Promise<WrittenFacts> {
  const written = await writePart(session, part, content);
  let moved = false;
  try {
    await verifyPart(session, part, written);
    if (await isThere(written)) return written;
    await (existing === 'replace' ? replace(session, part, target) : moveToFreeName(session, part, target));
    moved = true;
    reached(session, target.path, 'renamed');
    return written;
  } finally {
    if (!moved) await discardPart(session, part);
  }
}

/**
 * Renames the part to its final name, replacing a file of that name.
 * @throws ConnectionError `conflict` if the server cannot replace a file in one step
 */
async function replace(session: SftpSession, part: PartFile, target: RemotePath): Promise<void> {
  reached(session, target.path, 'renaming');
  const replaced = await session.requestExtension(renameTo(target), (sftp, done) =>
    sftp.ext_openssh_rename(part.remote, target.remote, (error) => done(error, undefined)),
  );
  if (replaced) return;
  await renameToFreeName(
    session,
    { part, target },
    'it exists with other content, and the server cannot replace a file in one step (it offers no ' +
      'posix-rename@openssh.com); publish under a new name, or have the old file moved away',
  );
}

/** Renames the part to its final name. @throws ConnectionError `conflict` if the name is taken */
async function moveToFreeName(session: SftpSession, part: PartFile, target: RemotePath): Promise<void> {
  reached(session, target.path, 'renaming');
  const why =
    'it exists with other content, which is kept; publish under a new name, or have the old file moved away';
  await renameToFreeName(session, { part, target }, why);
}

async function renameToFreeName(
  session: SftpSession,
  { part, target }: { readonly part: PartFile; readonly target: RemotePath },
  whyConflict: string,
): Promise<void> {
  const step = renameTo(target);
  if ((await lstatAt(session, target)) !== null) {
    throw failure(session.config, step, { kind: 'conflict', why: whyConflict });
  }
  // By the protocol this fails and changes nothing if the name was taken in between.
  const renamed = await session.requestExtension(step, (sftp, done) =>
    sftp.rename(part.remote, target.remote, (error) => done(error, undefined)),
  );
  if (renamed) return;
  throw failure(session.config, step, {
    kind: 'unsupported',
    why:
      'the server cannot rename a file, and without that a reader could take a half-written one; ask whoever runs it ' +
      'to allow renaming in this folder',
  });
}

function renameTo({ path }: RemotePath): Step {
  return { doing: 'rename the part to', path, stores: true };
}

async function holds(session: SftpSession, path: string, facts: WrittenFacts): Promise<boolean> {
  const attributes = await lstat(session, path);
  if (attributes === null || (await kindOf(session, path, { attributes })) !== 'file') return false;
  if (attributes.size !== facts.bytes) return false;
  const hash = createHash('sha256');
  for await (const chunk of (await openFile(session, path)).chunks()) hash.update(chunk);
  // Checked again, as a server may remove a file once it is read.
  const same = hash.digest('hex') === facts.sha256 && (await lstat(session, path)) !== null;
  if (same) reached(session, path, 'already there');
  return same;
}
