/**
 * Places that the server's account can reach. As root the server runs as someone else, and a clone under `/root`
 * (mode 0700) hides both the data and the programs from it; they are then kept under `/var/lib/stockflow`.
 */
import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, readdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { canEnter, type ServerAccount, serverAccount } from './account.ts';
import type { PostgresBinaries } from './binaries.ts';
import { EmbeddedPostgresError } from './error.ts';
import { nullIfAbsent, readOrNull } from './files.ts';

const REACHABLE_ROOT = '/var/lib/stockflow';

/**
 * Makes the folder of the embedded database in `home`. @returns its real path
 * @throws EmbeddedPostgresError where that cannot be done
 */
export async function makeHome(home: string): Promise<string> {
  const directory = join(home, 'postgres');
  try {
    await makeFolders(directory);
    return await realpath(directory);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `STOCKFLOW_HOME ${home} cannot be created (${cause instanceof Error ? cause.message : cause}). ` +
        'Set it to a folder that this user can write, or set DATABASE_URL to a Postgres of your own',
      { cause },
    );
  }
}

/** Node's own recursive mkdir never ends where a folder that exists answers ENOENT, as /proc does. */
async function makeFolders(directory: string): Promise<void> {
  try {
    await makeFolder(directory);
  } catch (error) {
    const isOrphan = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isOrphan || dirname(directory) === directory) throw error;
    await makeFolders(dirname(directory));
    await makeFolder(directory);
  }
}

async function makeFolder(directory: string): Promise<void> {
  await mkdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

/**
 * The folder for the data of `<home>/postgres`: that one, or one under `/var/lib/stockflow` where the server's account
 * cannot reach that. The choice is kept in its file `location`, so that a home which is moved keeps its data.
 */
export async function locateServer(postgresHome: string): Promise<string> {
  const pointer = join(postgresHome, 'location');
  const recorded = (await readOrNull(pointer))?.trim();
  const account = await serverAccount(join(recorded ?? postgresHome, 'data'));
  if (!recorded && (await canEnter(account, postgresHome))) return postgresHome;
  const hash = createHash('sha256').update(postgresHome).digest('hex').slice(0, 16);
  const directory = recorded || join(REACHABLE_ROOT, hash);
  await makeReachable(directory, account);
  await writeFile(pointer, `${directory}\n`);
  return directory;
}

/** The binaries where the account can run them: as installed, or a copy made once per version. */
export async function reachableBinaries(
  binaries: PostgresBinaries,
  account: ServerAccount | null,
): Promise<PostgresBinaries> {
  if (await canEnter(account, join(binaries.root, 'bin'))) return binaries;
  const root = join(REACHABLE_ROOT, `postgres-${binaries.version}-${process.platform}-${process.arch}`);
  const copy = { ...binaries, root };
  if ((await nullIfAbsent(readdir(root))) !== null) return copy;
  await makeReachable(REACHABLE_ROOT, account);
  const part = `${root}.${process.pid}.part`;
  await rm(part, { recursive: true, force: true });
  await cp(binaries.root, part, { recursive: true, verbatimSymlinks: true });
  await openForReading(part);
  try {
    await rename(part, root);
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    if ((await nullIfAbsent(readdir(root))) === null) throw error;
  }
  return copy;
}

async function makeReachable(directory: string, account: ServerAccount | null): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const made of [dirname(directory), directory]) {
    if (made.startsWith(REACHABLE_ROOT)) await chmod(made, 0o755);
  }
  if (await canEnter(account, directory)) return;
  throw new EmbeddedPostgresError(
    `the user that Postgres runs as (uid ${account?.uid}) can reach neither STOCKFLOW_HOME nor ${directory}. ` +
      'Set STOCKFLOW_HOME to a folder that every user can enter, or DATABASE_URL to a Postgres of your own',
  );
}

/** Undoes a strict umask: the account is neither owner nor group of the copy. */
async function openForReading(root: string): Promise<void> {
  await chmod(root, 0o755);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const executable = entry.isDirectory() || entry.parentPath.endsWith('/bin');
    await chmod(join(entry.parentPath, entry.name), executable ? 0o755 : 0o644);
  }
}
