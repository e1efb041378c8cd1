/** Tests in advance the operations of tasks, with the same requests and without leaving anything behind. */
import { randomBytes } from 'node:crypto';
import { ConnectionError } from '../../connection_error.ts';
import { isAnswer } from '../failure.ts';
import { joinPath, remotePath, splitPath } from '../path.ts';
import { discardPart } from '../publish/part_file.ts';
import { partPath } from '../publish/parts.ts';
import { type PartPublication, publishPart } from '../publish/publish.ts';
import type { SftpSession } from '../session.ts';
import { stat } from './list.ts';
import type { RemotePath } from './lstat.ts';

export interface PublishingProbe {
  /** True if a file can be replaced in one step. */
  readonly canReplace: boolean;
  /** The path of the probe file, if the server does not let it be removed; else null. */
  readonly leftBehind: string | null;
}

/** Returns the nearest existing folder at or above the path; `''` for the base directory. */
export async function nearestFolder(session: SftpSession, path: string): Promise<string> {
  let folder = path;
  while (folder !== '' && (await stat(session, folder))?.kind !== 'directory') folder = splitPath(folder).dir;
  return folder;
}

/**
 * Publishes a hidden file in the folder twice, the second time over the first, and removes it.
 * @throws ConnectionError if publishing would fail
 */
export async function probePublishing(session: SftpSession, folder: string): Promise<PublishingProbe> {
  const name = `.stockflow_probe.${randomBytes(8).toString('hex')}`;
  const place = (ending: string): RemotePath => ({
    path: joinPath(folder, `${name}${ending}`),
    remote: partPath(session, folder, `${name}${ending}`),
  });
  const publication = { part: place('.part'), target: place(''), isThere: async () => false };
  await publishPart(session, publication, Buffer.from('first'));
  const { path } = publication.target;
  try {
    const canReplace = await canPublishAgain(session, publication);
    return { canReplace, leftBehind: (await remove(session, publication.target)) ? null : path };
  } catch (error) {
    await discardPart(session, publication.target);
    throw error;
  }
}

/** Creates a hidden folder in the folder, and removes it. @throws ConnectionError if it cannot be created */
export async function probeMakingFolders(session: SftpSession, folder: string): Promise<void> {
  const name = `.stockflow_probe.${randomBytes(8).toString('hex')}`;
  const step = { doing: 'make a folder in', path: folder, stores: true } as const;
  const remote = partPath(session, folder, name);
  await session.request<undefined>(step, (sftp, done) =>
    sftp.mkdir(remote, { mode: 0o750 }, (error) => done(error, undefined)),
  );
  await session.cleanup({ doing: 'remove', path: joinPath(folder, name) }, (sftp, done) =>
    sftp.rmdir(remote, (error) => done(error, undefined)),
  );
}

/**
 * Opens the file and reads only its first byte, as a server may remove a file that is read to its end.
 * @throws ConnectionError if reading would fail
 */
export async function probeReading(session: SftpSession, path: string): Promise<void> {
  const step = { doing: 'read', path };
  const remote = remotePath(session.config, path);
  const handle = await session.request<Buffer>(step, (sftp, done) => sftp.open(remote, 'r', done));
  try {
    await session.request<number>(step, (sftp, done) => sftp.read(handle, Buffer.alloc(1), 0, 1, 0, done));
  } finally {
    await session.cleanup(step, (sftp, done) => sftp.close(handle, (error) => done(error, undefined)));
  }
}

async function canPublishAgain(session: SftpSession, publication: PartPublication): Promise<boolean> {
  try {
    await publishPart(session, publication, Buffer.from('second'));
    return true;
  } catch (error) {
    if (error instanceof ConnectionError && error.kind === 'conflict') return false;
    throw error;
  }
}

/** Removes a probe file. @returns true if it is gone */
async function remove(session: SftpSession, { path, remote }: RemotePath): Promise<boolean> {
  try {
    await session.request<undefined>({ doing: 'remove', path }, (sftp, done) =>
      sftp.unlink(remote, (error) => done(error, undefined)),
    );
    return true;
  } catch (error) {
    if (!isAnswer(error)) throw error;
    return false;
  }
}
