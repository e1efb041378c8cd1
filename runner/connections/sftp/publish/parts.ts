/**
 * Names and removes part files, `.<name>.<run>.<token>.part`, which a publish writes before it renames them. A part
 * that is left after a lost connection is removed by the next publish of the same name in the same run.
 */
import { ConnectionError } from '../../connection_error.ts';
import { readEntries } from '../list/absent.ts';
import { refuseLinkedFolder } from '../list/lstat.ts';
import { joinPath, remotePath } from '../path.ts';
import type { SftpSession } from '../session.ts';

export interface PublishOwner {
  readonly runId: string;
  /** A token that is unique to the attempt. */
  readonly token: string;
}

const WORD = /^[A-Za-z0-9-]{1,64}$/;

export function partPrefix(name: string, runId: string): string {
  requireWord('run id', runId);
  return `.${name}.${runId}.`;
}

export function partName(name: string, { runId, token }: PublishOwner): string {
  requireWord('attempt token', token);
  return `${partPrefix(name, runId)}${token}.part`;
}

/**
 * Removes the part files with the given prefix. In a folder that can be written but not listed they stay.
 * @returns their names, or null if the folder is absent or cannot be listed
 */
export async function sweepParts(
  session: SftpSession,
  dirPath: string,
  ownPrefix: string,
): Promise<readonly string[] | null> {
  // A shorter prefix would match part files of others.
  if (!/^\.[A-Za-z0-9._-]+\.[A-Za-z0-9-]+\.$/.test(ownPrefix)) {
    throw new ConnectionError('invalid', `part prefix ${JSON.stringify(ownPrefix)}: .<name>.<run>. is meant`);
  }
  await refuseLinkedFolder(session, dirPath);
  const found = await readEntries(session, dirPath).catch((error: unknown) => unlistable(session, error));
  if (found === null) return null;
  const names = found.map(({ filename }) => filename).filter((name) => isPartOf(name, ownPrefix));
  for (const name of names) {
    await removePart(session, dirPath, name);
    session.log.warn('sftp: removed a part left by an earlier attempt', { dirPath, name });
  }
  return names;
}

function unlistable(session: SftpSession, error: unknown): null {
  if (!(error instanceof ConnectionError && error.kind === 'no_permission')) throw error;
  session.log.debug('sftp: the folder cannot be listed, so parts are not looked for', {
    reason: error.message,
  });
  return null;
}

async function removePart(session: SftpSession, dirPath: string, name: string): Promise<void> {
  const remote = partPath(session, dirPath, name);
  try {
    await session.request<undefined>({ doing: 'remove', path: joinPath(dirPath, name) }, (sftp, done) =>
      sftp.unlink(remote, (error) => done(error, undefined)),
    );
  } catch (error) {
    if (!(error instanceof ConnectionError && error.kind === 'not_found')) throw error;
  }
}

/**
 * Returns the path of a part on the server. Its name begins with a dot, so that no listing shows it; `remotePath` would
 * refuse that.
 */
export function partPath(session: SftpSession, dirPath: string, name: string): string {
  return `${remotePath(session.config, dirPath)}/${name}`.replace(/^\/\//, '/');
}

/**
 * Returns true if the name is the prefix and a token: any other name with the same beginning belongs to another file.
 */
function isPartOf(name: string, prefix: string): boolean {
  return name.startsWith(prefix) && /^[A-Za-z0-9-]+\.part$/.test(name.slice(prefix.length));
}

function requireWord(what: string, text: string): void {
  if (!WORD.test(text)) {
    throw new ConnectionError('invalid', `${what} ${JSON.stringify(text)}: 1 to 64 of A-Z a-z 0-9 -`);
  }
}
