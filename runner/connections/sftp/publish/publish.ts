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
  /** Below the base directory; missing folders are made. */
  readonly path: string;
  readonly owner: PublishOwner;
}

/**
 * Makes the file appear under its name complete and verified, or not at all: part file, fsync, size, read back,
 * rename over the name. Content that the name already holds is left as it is.
 * @throws ConnectionError; `conflict` where the name holds other content and the server cannot replace atomically
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
  const written = await writePart(session, part, content);
  let moved = false;
  try {
    await verifyPart(session, part, written);
    // Only now is the sum of streamed content known.
    if (!(content instanceof Uint8Array) && (await holds(session, path, written))) return written;
    await moveIntoPlace(session, part, { path, remote: remotePath(session.config, path) });
    moved = true;
    reached(session, path, 'renamed');
    return written;
  } finally {
    if (!moved) await discardPart(session, part);
  }
}

/**
 * Gives the part its final name, over what has that name.
 * @throws ConnectionError `conflict` where the server cannot replace a file in one step
 */
export async function moveIntoPlace(
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
  // By the protocol this fails, and changes nothing, where the name was taken meanwhile.
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
  // Looked at again: a server may take a file away once it is read.
  const same = hash.digest('hex') === facts.sha256 && (await lstat(session, path)) !== null;
  if (same) reached(session, path, 'already there');
  return same;
}
