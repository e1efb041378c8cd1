import type { Stats } from 'ssh2';
import { failure, saysUnsupported } from '../failure.ts';
import { remotePath } from '../path.ts';
import type { SftpSession } from '../session.ts';
import { orNullIfAbsent } from './absent.ts';
import { type Attributes, kindOf } from './attributes.ts';

/** A path in two forms: below the base directory, for messages, and as the server knows it. */
export interface RemotePath {
  readonly path: string;
  readonly remote: string;
}

/** Returns the attributes of the name itself, without following links; null if there is no such name. */
export async function lstat(session: SftpSession, path: string): Promise<Attributes | null> {
  return await lstatAt(session, { path, remote: remotePath(session.config, path) });
}

/** Does the same as `lstat`, also for hidden names. */
export async function lstatAt(
  session: SftpSession,
  { path, remote }: RemotePath,
): Promise<Attributes | null> {
  const step = { doing: 'stat', path };
  if (!session.lacksLstat) {
    try {
      const request = session.request<Stats>(step, (sftp, done) => sftp.lstat(remote, done));
      return await orNullIfAbsent(session, path, request);
    } catch (error) {
      if (!saysUnsupported(error)) throw error;
      session.lacksLstat = true;
      const { id: connection } = session.config;
      session.log.debug('sftp: the server has no LSTAT, so links are followed', { connection });
    }
  }
  const request = session.request<Stats>(step, (sftp, done) => sftp.stat(remote, done));
  return await orNullIfAbsent(session, path, request);
}

/**
 * Refuses a folder that is a link or lies below one, as the server would follow it elsewhere. A missing folder is not a
 * link. The base directory itself is the operator's choice and may be one.
 */
export async function refuseLinkedFolder(session: SftpSession, dirPath: string): Promise<void> {
  if (dirPath === '') return;
  const segments = dirPath.split('/');
  const prefixes = segments.map((_, index) => segments.slice(0, index + 1).join('/'));
  // From the top down, as every path below a link already passes through it.
  for (const path of prefixes) {
    if (session.verifiedFolders.has(path)) continue;
    const attributes = await lstat(session, path);
    if (attributes === null) return;
    if ((await kindOf(session, path, { attributes })) === 'link') {
      const why = 'it is a link, and links are not followed';
      throw failure(session.config, { doing: 'enter', path }, { kind: 'not_a_file', why });
    }
    session.verifiedFolders.add(path);
  }
}
