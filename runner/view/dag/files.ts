/** Finds the files of DAGs by the name that a person gives: a path, or an id in the dags folder. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Dag } from '../../core/dag/dag.ts';
import { readParsedDag } from '../../engine/dags/parsed.ts';
import { InvalidDag, NotFound } from '../errors.ts';

const DAG_FILE = /^[^.].*\.ya?ml$/;
const DAG_ID = /^[^./\\\p{Cc}][^/\\\p{Cc}]*$/u;

export interface FoundDag {
  readonly dag: Dag;
  /** The file as people name it. */
  readonly file: string;
}

/**
 * Returns the file of a DAG, or null where its folder has none.
 * @throws NotFound for a path that leads nowhere
 */
export async function dagFileOf(dagsDir: string, name: string): Promise<string | null> {
  if (/[/\\]|\.ya?ml$/.test(name)) {
    if (await isFile(name)) return name;
    throw new NotFound({ noun: 'file', name });
  }
  return await dagFileById(dagsDir, name);
}

/** Returns the file of a DAG in the folder, or null where there is none. Takes no path: a name from outside stays inside. */
export async function dagFileById(dagsDir: string, dagId: string): Promise<string | null> {
  if (!DAG_ID.test(dagId)) return null;
  for (const file of [join(dagsDir, `${dagId}.yaml`), join(dagsDir, `${dagId}.yml`)]) {
    if (await isFile(file)) return file;
  }
  return null;
}

/** Returns the DAG files directly in the folder, by name; none for an absent folder. */
export async function dagFilesIn(folder: string): Promise<readonly string[]> {
  return (await namesIn(folder))
    .filter((name) => DAG_FILE.test(name))
    .sort()
    .map((name) => join(folder, name));
}

export function dagIdOfFile(file: string): string {
  return basename(file).replace(/\.ya?ml$/, '');
}

/** Returns the error for a DAG that has neither a file nor a row in the database. */
export async function unknownDag(
  dagsDir: string,
  dagId: string,
  knownIds: readonly string[] = [],
): Promise<NotFound> {
  const ids = (await dagFilesIn(dagsDir)).map(dagIdOfFile);
  const known = [...new Set([...ids, ...knownIds])].sort();
  return new NotFound({ noun: 'DAG', name: dagId, known });
}

/** @throws InvalidDag with every problem of the file */
export async function readDag(file: string): Promise<Dag> {
  const { dag, problems } = await readParsedDag(file);
  if (dag === null) throw new InvalidDag(problems);
  return dag;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
