import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_DIR } from '../../manifest.ts';

const DIRECTORY = join(PACKAGE_DIR, 'migrations/runner');

/** Returns the number of the newest migration of the runner that this code has: the schema that it knows. */
export function knownSchemaVersion(): number {
  const versions = readdirSync(DIRECTORY).map((name) => Number(/^(\d{4})_.*\.sql$/.exec(name)?.[1] ?? 0));
  return Math.max(...versions);
}
