import { randomBytes } from 'node:crypto';
import { stat } from './sftp_listing.ts';
import { writePart } from './sftp_part_file.ts';
import { partPath } from './sftp_parts.ts';
import { joinPath, splitPath } from './sftp_path.ts';
import type { SftpSession } from './sftp_session.ts';

/** The folder at or above the path that is there; `''` for the base directory. */
export async function nearestFolder(session: SftpSession, path: string): Promise<string> {
  let folder = path;
  while (folder !== '' && (await stat(session, folder))?.kind !== 'directory') folder = splitPath(folder).dir;
  return folder;
}

/**
 * Makes a hidden file in the folder and takes it away again, as publishing does.
 * @throws ConnectionError where either is refused
 */
export async function probeWriting(session: SftpSession, folder: string): Promise<void> {
  const name = `.stockflow_probe.${randomBytes(8).toString('hex')}.part`;
  const path = joinPath(folder, name);
  const remote = partPath(session, folder, name);
  await writePart(session, { path, remote }, new Uint8Array());
  await session.request<undefined>({ doing: 'remove', path }, (sftp, done) =>
    sftp.unlink(remote, (error) => done(error, undefined)),
  );
}
