/** Finds the files of DAGs by the name that a person gives: a path, or an id in the dags folder. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Dag } from '../../core/dag/dag.ts';
import { formatProblem, type Problem } from '../../core/dag_file/problem.ts';
import { didYouMeanOrList } from '../../core/value/suggest.ts';
import { readParsedDag } from '../../engine/dags/source.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';
import type { Settings } from '../cli/settings.ts';

const DAG_FILE = /^[^.].*\.ya?ml$/;

export interface FoundDag {
  readonly dag: Dag;
  /** The file as people name it. */
  readonly file: string;
}

/** A DAG cannot be used as its file stands. */
export function invalidDag(problems: readonly Problem[]): CommandError {
  return new CommandError(EXIT.invalidDag, problems.map(formatProblem).join('\n'));
}

/**
 * The file of a DAG, or null where its folder has none.
 * @throws CommandError (not found) for a path that leads nowhere
 */
export async function dagFileOf(settings: Settings, name: string): Promise<string | null> {
  if (/[/\\]|\.ya?ml$/.test(name)) {
    if (await isFile(name)) return name;
    throw new CommandError(EXIT.notFound, `there is no file ${name}`);
  }
  for (const file of [join(settings.dagsDir, `${name}.yaml`), join(settings.dagsDir, `${name}.yml`)]) {
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

export async function unknownDag(
  settings: Settings,
  dagId: string,
  knownIds: readonly string[] = [],
): Promise<CommandError> {
  const ids = (await dagFilesIn(settings.dagsDir)).map(dagIdOfFile);
  const known = [...new Set([...ids, ...knownIds])].sort();
  return new CommandError(EXIT.notFound, `there is no DAG ${dagId}${didYouMeanOrList(dagId, known)}`);
}

/** @throws CommandError (invalid) with every problem of the file */
export async function readDag(file: string): Promise<Dag> {
  const { dag, problems } = await readParsedDag(file);
  if (dag === null) throw invalidDag(problems);
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
