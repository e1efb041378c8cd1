/**
 * Reads the attributes that a server gives of an entry. Every attribute is optional in the protocol, and servers do
 * leave them out.
 */
import { constants } from 'node:fs';
import type { Stats } from 'ssh2';
import { isAnswer } from '../failure.ts';
import { remotePath } from '../path.ts';
import type { SftpSession } from '../session.ts';

export type EntryKind = 'file' | 'directory' | 'link' | 'device';

export type Attributes = Partial<Pick<Stats, 'mode' | 'size' | 'mtime'>>;

/**
 * Returns the modification time in whole seconds, the resolution of protocol version 3; null if the server does not
 * give it, or gives 1970.
 */
export function modifiedAt({ mtime }: Attributes): Temporal.Instant | null {
  return mtime === undefined || mtime === 0 ? null : Temporal.Instant.fromEpochMilliseconds(mtime * 1000);
}

/**
 * Finds the kind of an entry from its mode, else from its `ls -l` line (`longname`), else by trying to open it as a
 * folder.
 */
export async function kindOf(
  session: SftpSession,
  path: string,
  { attributes, longname = '' }: { readonly attributes: Attributes; readonly longname?: string },
): Promise<EntryKind> {
  return kindByMode(attributes.mode) ?? kindByLine(longname) ?? (await kindByOpening(session, path));
}

/** Returns the kind by the mode; null if the mode is missing, or has only the rights. */
function kindByMode(mode: number | undefined): EntryKind | null {
  switch ((mode ?? 0) & constants.S_IFMT) {
    case 0:
      return null;
    case constants.S_IFREG:
      return 'file';
    case constants.S_IFDIR:
      return 'directory';
    case constants.S_IFLNK:
      return 'link';
    default:
      return 'device';
  }
}

function kindByLine(line: string): EntryKind | null {
  if (!/^[-dlbcps][-r][-w]/.test(line)) return null;
  switch (line[0]) {
    case '-':
      return 'file';
    case 'd':
      return 'directory';
    case 'l':
      return 'link';
    default:
      return 'device';
  }
}

async function kindByOpening(session: SftpSession, path: string): Promise<EntryKind> {
  const step = { doing: 'open as a folder', path };
  const remote = remotePath(session.config, path);
  try {
    const handle = await session.request<Buffer>(step, (sftp, done) => sftp.opendir(remote, done));
    await session.cleanup(step, (sftp, done) => sftp.close(handle, (error) => done(error, undefined)));
    return 'directory';
  } catch (error) {
    if (isAnswer(error)) return 'file';
    throw error;
  }
}
