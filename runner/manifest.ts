/** The fields of this package's package.json that the runner uses, and the folders that hold what is found beside the runner. */
import { join, resolve } from 'node:path';

// Not imported: an ESM import of node:fs loads its streams too, a tenth of the time that help takes.
const { readFileSync } = process.getBuiltinModule('node:fs');

export const PACKAGE_DIR = resolve(import.meta.dirname, '..');

export interface Manifest {
  readonly version: string;
  readonly stockflow: {
    /** Folders of further commands, relative to the package. */
    readonly commands?: readonly string[];
    /** Folders of further pages, relative to the package. */
    readonly pages?: readonly string[];
    /** Folders of further metrics, relative to the package. */
    readonly metrics?: readonly string[];
  };
}

/** Reads it rather than importing it: an import of JSON takes longer. */
export function readManifest(): Manifest {
  return JSON.parse(readFileSync(join(PACKAGE_DIR, 'package.json'), 'utf8'));
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Returns the absolute folders with further commands, pages or metrics: those of package.json, and that of the project's task types. */
export function registeredFolders(
  kind: 'commands' | 'pages' | 'metrics',
  env: Environment,
): readonly string[] {
  const registered = (readManifest().stockflow[kind] ?? []).map((folder) => resolve(PACKAGE_DIR, folder));
  return [...registered, resolve(env.STOCKFLOW_TASKS || 'tasks', kind)];
}
