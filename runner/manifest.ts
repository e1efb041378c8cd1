/** This package's folder and package.json, and the folders that hold what is found beside the runner. */
import { dirname, join, resolve } from 'node:path';

// Not imported: an ESM import of node:fs loads its streams too, a tenth of the time that help takes.
const { existsSync, readFileSync } = process.getBuiltinModule('node:fs');

/** The folder of package.json: one above the sources of a clone, and two above the modules of the package, which lie in `dist/`. */
export const PACKAGE_DIR = packageDirAbove(import.meta.dirname);

type Versions = Readonly<Record<string, string>>;

export interface Manifest {
  readonly name: string;
  readonly version: string;
  /** The public modules by the name behind the package's, such as `./task`, and what else may be imported. */
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  readonly dependencies: Versions;
  readonly peerDependencies: Versions;
  readonly devDependencies: Versions;
  /** Whether npm may run what a package does when it is installed. */
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly stockflow: {
    /** Folders of further commands, relative to the folder of `runner/`. */
    readonly commands?: readonly string[];
    /** Folders of further pages, likewise. */
    readonly pages?: readonly string[];
    /** Folders of further metrics, likewise. */
    readonly metrics?: readonly string[];
  };
}

/** Reads it rather than importing it: an import of JSON takes longer. */
export function readManifest(): Manifest {
  return JSON.parse(readFileSync(join(PACKAGE_DIR, 'package.json'), 'utf8'));
}

function packageDirAbove(folder: string): string {
  const above = dirname(folder);
  if (above === folder) throw new Error(`no package.json lies above ${import.meta.dirname}`);
  return existsSync(join(above, 'package.json')) ? above : packageDirAbove(above);
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Returns the absolute folders with further commands, pages or metrics: those of package.json, and that of the project's task types. */
export function registeredFolders(
  kind: 'commands' | 'pages' | 'metrics',
  env: Environment,
): readonly string[] {
  const registered = (readManifest().stockflow[kind] ?? []).map((folder) =>
    resolve(import.meta.dirname, '..', folder),
  );
  return [...registered, resolve(env.STOCKFLOW_TASKS || 'tasks', kind)];
}
