/**
 * Chooses folders that the server's account can reach. If this process is root, the server runs as another user, and a
 * clone under `/root` (mode 0700) hides the data and the programs from that user; they are then kept under
 * `/var/lib/stockflow`.
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
 * Creates the folder of the embedded database in `home`.
 * @returns its real path
 * @throws EmbeddedPostgresError if it cannot be created
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

/**
 * Creates the folder and its missing parents. Node's own recursive mkdir never ends if an existing folder answers
 * ENOENT, as /proc does.
 */
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
 * Returns the folder for the data of `<home>/postgres`: that folder, or one under `/var/lib/stockflow` if the server's
 * account cannot reach it. The choice is kept in its file `location`, so that a moved home keeps its data.
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

/**
 * Returns the binaries at a path where the account can run them: as installed, or a copy that is made once per version.
 */
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

/** Makes a copy readable despite a strict umask, as the account is neither its owner nor in its group. */
async function openForReading(root: string): Promise<void> {
  await chmod(root, 0o755);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const executable = entry.isDirectory() || entry.parentPath.endsWith('/bin');
    await chmod(join(entry.parentPath, entry.name), executable ? 0o755 : 0o644);
  }
}
