import { createHash } from 'node:crypto';
import { failure } from '../failure.ts';
import { kindOf } from '../list/attributes.ts';
import { makeDirs } from '../list/folders.ts';
import { lstat, lstatAt, type RemotePath } from '../list/lstat.ts';
import { joinPath, remotePath, splitPath } from '../path.ts';
import { openFile } from '../read/read.ts';
import type { SftpSession } from '../session.ts';
import { discardPart, type PartFile, reached, verifyPart, writePart } from './part_file.ts';
import { type PublishOwner, partName, partPath, partPrefix, sweepParts } from './parts.ts';
import { factsOf, type SftpContent, type WrittenFacts } from './write.ts';

export interface Publication {
  /** The path below the base directory; missing folders are created. */
  readonly path: string;
  readonly owner: PublishOwner;
}

/**
 * Publishes the file under its name completely and verified, or not at all: part file, fsync, size, read back, rename.
 * If the name already has the same content, it is left as it is.
 * @throws ConnectionError; `conflict` if the name has other content and the server cannot replace it atomically
 */
export async function publish(
  session: SftpSession,
  { path, owner }: Publication,
  content: SftpContent,
): Promise<WrittenFacts> {
  remotePath(session.config, path); // refuses an unsafe name before anything is written
  const { dir, name } = splitPath(path);
  const partFile = partName(name, owner);
  const swept = await sweepParts(session, dir, partPrefix(name, owner.runId));
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
  return await publishPart(session, { part, target, isThere }, content);
}

export interface PartPublication {
  readonly part: PartFile;
  readonly target: RemotePath;
  /** Returns true if the target already has the content that was written. */
  isThere(written: WrittenFacts): Promise<boolean>;
}

/** Writes and verifies the part and renames it to the target; the part is removed if any of that fails. */
export async function publishPart(
  session: SftpSession,
  { part, target, isThere }: PartPublication,
  content: SftpContent,
): Promise<WrittenFacts> {
  const written = await writePart(session, part, content);
  let moved = false;
  try {
    await verifyPart(session, part, written);
    if (await isThere(written)) return written;
    await moveIntoPlace(session, part, target);
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
async function moveIntoPlace(
  session: SftpSession,
  part: PartFile,
  { path, remote }: RemotePath,
): Promise<void> {
  const step = { doing: 'rename the part to', path, stores: true } as const;
  reached(session, path, 'renaming');
  const replaced = await session.requestExtension(step, (sftp, done) =>
    sftp.ext_openssh_rename(part.remote, remote, (error) => done(error, undefined)),
  );
  if (replaced) return;
  if ((await lstatAt(session, { path, remote })) !== null) {
    throw failure(session.config, step, {
      kind: 'conflict',
      why:
        'it exists with other content, and the server cannot replace a file in one step (it offers no ' +
        'posix-rename@openssh.com); publish under a new name, or have the old file moved away',
    });
  }
  // By the protocol this fails and changes nothing if the name was taken in between.
  const renamed = await session.requestExtension(step, (sftp, done) =>
    sftp.rename(part.remote, remote, (error) => done(error, undefined)),
  );
  if (renamed) return;
  throw failure(session.config, step, {
    kind: 'unsupported',
    why:
      'the server cannot rename a file, and without that a reader could take a half-written one; ask whoever runs it ' +
      'to allow renaming in this folder',
  });
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
