import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../connections/postgres/errors.ts';
import { migrationHeader, versionText } from '../../core/schema/migration_header.ts';

/** The name of a set: that of its folder. Sets are independent: they may lie in one database or in two. */
export type MigrationSet = string;

/**
 * The numbered forward-only files of a set and its `roles.sql`, which grants the rights of each role. `roles.sql` is
 * applied after the files every time, as rights depend on roles that come and go and on what the queue has installed.
 */
export interface MigrationSource {
  readonly set: MigrationSet;
  /** The folder with `0001_name.sql`, `0002_...`; if it is absent or empty there is nothing to apply. */
  readonly directory: string;
}

export interface Migration {
  readonly version: number;
  /** The name of the file. */
  readonly name: string;
  /** The first sentence of its leading comment; the file's name where there is none. */
  readonly title: string;
  /**
   * The lowest version of the schema whose code works on a database with this migration; its own version where it does
   * not say so, as only a tested promise lets older code go on.
   */
  readonly compatibleFrom: number;
  readonly sql: string;
  /** The sha256 of the text with LF line ends, so that the settings of a checkout do not change it. */
  readonly sha256: string;
}

/** The database and the migration files do not match, or a file could not be applied. The message says what to do. */
export class MigrationError extends Error {
  override name = 'MigrationError';
}

const ROLES_FILE = 'roles.sql';
const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;

/**
 * Returns the files of a directory, by version.
 * @throws MigrationError for a badly named file, a number used twice, and a `compatible_from` that is not one
 */
export async function readMigrations(directory: string): Promise<readonly Migration[]> {
  const migrations: Migration[] = [];
  for (const name of (await sqlFiles(directory)).filter((file) => file !== ROLES_FILE).sort()) {
    const version = Number(FILE_NAME.exec(name)?.[1]);
    if (Number.isNaN(version))
      throw new MigrationError(`${join(directory, name)}: a migration is named 0001_name.sql`);
    const twin = migrations.find((other) => other.version === version);
    if (twin) throw new MigrationError(`${directory}: ${twin.name} and ${name} have the same number`);
    const sql = (await readFile(join(directory, name), 'utf8')).replaceAll('\r\n', '\n');
    const { title, compatibleFrom } = migrationHeader(sql);
    migrations.push({
      version,
      name,
      title: title ?? name,
      compatibleFrom: compatibleVersion(compatibleFrom, { version, file: join(directory, name) }),
      sql,
      sha256: createHash('sha256').update(sql).digest('hex'),
    });
  }
  return migrations;
}

function compatibleVersion(
  text: string | null,
  { version, file }: { readonly version: number; readonly file: string },
): number {
  if (text === null) return version;
  const compatible = /^\d{4}$/.test(text) ? Number(text) : Number.NaN;
  if (compatible >= 1 && compatible <= version) return compatible;
  throw new MigrationError(
    `${file}: compatible_from is the number of a migration, at most its own, such as ${versionText(version)}; found "${text}"`,
  );
}

/** Returns the text of the set's `roles.sql`, with its path; null where it has none. */
export async function readRoles(
  directory: string,
): Promise<{ readonly file: string; readonly sql: string } | null> {
  if (!(await sqlFiles(directory)).includes(ROLES_FILE)) return null;
  const file = join(directory, ROLES_FILE);
  return { file, sql: await readFile(file, 'utf8') };
}

async function sqlFiles(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => name.endsWith('.sql'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
