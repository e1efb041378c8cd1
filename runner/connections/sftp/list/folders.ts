import { failure, isAnswer } from '../failure.ts';
import { remotePath } from '../path.ts';
import type { SftpSession } from '../session.ts';
import { kindOf } from './attributes.ts';
import { lstat, refuseLinkedFolder } from './lstat.ts';

const MODE = 0o750;

/** Creates the folder and its missing parents, below the base directory. */
export async function makeDirs(session: SftpSession, path: string): Promise<void> {
  remotePath(session.config, path); // refuses an unsafe path before any part of it is sent
  await refuseLinkedFolder(session, path);
  if (await isFolder(session, path)) return;
  const segments = path.split('/');
  for (let depth = 1; depth <= segments.length; depth += 1) {
    await makeDir(session, segments.slice(0, depth).join('/'));
  }
}

async function makeDir(session: SftpSession, path: string): Promise<void> {
  if (await isFolder(session, path)) return;
  const remote = remotePath(session.config, path);
  try {
    await session.request<undefined>({ doing: 'make', path, stores: true }, (sftp, done) =>
      sftp.mkdir(remote, { mode: MODE }, (error) => done(error, undefined)),
    );
  } catch (error) {
    // Another attempt may have created it in between.
    if (!(isAnswer(error) && (await isFolder(session, path)))) throw error;
  }
}

async function isFolder(session: SftpSession, path: string): Promise<boolean> {
  const attributes = await lstat(session, path);
  if (attributes === null) return false;
  if ((await kindOf(session, path, { attributes })) === 'directory') return true;
  throw failure(
    session.config,
    { doing: 'make the folder', path },
    {
      kind: 'not_a_file',
      why: 'something else has that name',
    },
  );
}
