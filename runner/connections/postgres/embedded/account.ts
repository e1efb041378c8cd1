import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './error.ts';

/** The system user that the server runs as, as Postgres refuses to run as root. */
export interface ServerAccount {
  readonly uid: number;
  readonly gid: number;
}

const run = promisify(execFile);

/**
 * Returns the account of the server. Null if this process is not root: the server then runs as the same user. As root
 * it is the owner of `dataDirectory` if that exists, else the user `postgres`, else `nobody`. No user is created.
 */
export async function serverAccount(dataDirectory: string): Promise<ServerAccount | null> {
  if (process.getuid?.() !== 0) return null;
  const owner = await ownerOf(dataDirectory);
  if (owner !== null && owner.uid !== 0) return owner;
  const passwd = await readFile('/etc/passwd', 'utf8');
  const account = accountNamed(passwd, 'postgres') ?? accountNamed(passwd, 'nobody');
  if (account === null) {
    throw new EmbeddedPostgresError(
      'Postgres refuses to run as root, and /etc/passwd has neither a user `postgres` nor `nobody`. ' +
        'Run as another user, or set DATABASE_URL to a Postgres of your own',
    );
  }
  return account;
}

/** Returns the account of a user in the text of `/etc/passwd`; null if it is absent or is root. */
export function accountNamed(passwd: string, name: string): ServerAccount | null {
  for (const line of passwd.split('\n')) {
    const [user, , uid, gid] = line.split(':');
    if (user === name && Number(uid) > 0 && Number(gid) > 0) return { uid: Number(uid), gid: Number(gid) };
  }
  return null;
}

/**
 * Returns true if the account can enter the existing `directory`. It is tried, as modes alone do not show ACLs and
 * mounts.
 */
export async function canEnter(account: ServerAccount | null, directory: string): Promise<boolean> {
  if (account === null) return true;
  try {
    await run('/bin/sh', ['-c', 'cd "$1" && test -r .', 'sh', directory], { ...account, cwd: '/' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'number') return false;
    throw error;
  }
}

async function ownerOf(path: string): Promise<ServerAccount | null> {
  try {
    const { uid, gid } = await stat(path);
    return { uid, gid };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
