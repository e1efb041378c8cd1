import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Lifetime } from '../support/postgres/database.ts';

const run = promisify(execFile);
const ROOT = path.join(import.meta.dirname, '../..');

/** Versions whose databases are kept, oldest first, by the commit that is their code. The last is the one before this. */
export const VERSIONS = [
  { name: 'schema_0010', commit: '82333eb' },
  { name: 'schema_0019', commit: '1089cf0' },
  { name: 'version_0_1_0', commit: '459af2d' },
] as const;

export const VERSION_BEFORE = VERSIONS[2];

/**
 * Returns a folder with the files of a commit and the packages of this one; null where the history is not there, as in a
 * clone of depth 1. Removed when `lifetime` ends.
 */
export async function versionTree(lifetime: Lifetime, commit: string): Promise<string | null> {
  const isThere = await run('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: ROOT }).then(
    () => true,
    () => false,
  );
  if (!isThere) return null;
  const folder = await mkdtemp(path.join(tmpdir(), `stockflow-${commit}-`));
  lifetime.after(() => rm(folder, { recursive: true, force: true }));
  const archive = path.join(folder, 'tree.tar');
  await run('git', ['archive', '-o', archive, commit], { cwd: ROOT });
  await run('tar', ['-xf', archive, '-C', folder]);
  await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}
