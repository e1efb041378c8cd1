import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { z } from 'zod';
import type { CheckableType } from '../../core/dag_file/task_types.ts';
import { errorFacts } from '../../core/value/error_text.ts';
import { moduleFiles } from '../../core/value/module_file.ts';
import type { TaskType } from '../../task.ts';

/** The task types of a folder: each `*.ts` or `*.js` directly in it whose default export is made by `defineTask`. */
export interface TaskTypes {
  readonly byName: ReadonlyMap<string, TaskType>;
  /** The files that could not be loaded, by type, with the reason. The type cannot be used; the others work. */
  readonly broken: ReadonlyMap<string, string>;
  /** The file of each type, from which a separate process loads it. */
  readonly files: ReadonlyMap<string, string>;
  /** A hash of the files' text, which identifies the code of a worker. */
  readonly sourceHash: string;
}

/** Returns the task types in the form that a DAG file is checked against. */
export function checkableTypes({ byName, broken }: TaskTypes): ReadonlyMap<string, CheckableType> {
  const unusable = [...broken].map(([type, loadError]) => [type, { loadError }] as const);
  return new Map<string, CheckableType>([...byName, ...unusable]);
}

/**
 * Loads the task types of a folder, including links, as in a mounted ConfigMap.
 * @throws the error of reading the folder; a file that cannot be loaded is in `broken`
 */
export async function loadTaskTypes(folder: string): Promise<TaskTypes> {
  const byName = new Map<string, TaskType>();
  const broken = new Map<string, string>();
  const files = new Map<string, string>();
  const hash = createHash('sha256');
  for (const { name: type, file: name } of moduleFiles(await readdir(folder))) {
    const file = path.resolve(folder, name);
    try {
      // Node resolves imports from the real path of the file.
      const source = await readFile(file);
      hash.update(`${name}\0${source.length}\0`).update(source);
      byName.set(type, await loadTaskType(file, type));
      files.set(type, file);
    } catch (error) {
      broken.set(type, `${path.join(folder, name)}: ${readingProblem(error) ?? errorFacts(error).errorText}`);
    }
  }
  return { byName, broken, files, sourceHash: hash.digest('hex').slice(0, 8) };
}

/** Returns why a name is not a file; null for any other error. */
function readingProblem(error: unknown): string | null {
  const code = error instanceof Error && 'syscall' in error && 'code' in error ? error.code : null;
  if (code === 'EISDIR') return 'is a folder, and a task type is a file';
  if (code === 'ENOENT') return 'is a link that leads to no file';
  return code === 'EACCES' ? 'cannot be read: permission denied' : null;
}

/** Loads a task type from its file. @throws Error if the file defines no task type of this name */
export async function loadTaskType(file: string, type: string): Promise<TaskType> {
  const module: { default?: unknown } = await import(pathToFileURL(file).href);
  const taskType = module.default;
  if (!isTaskType(taskType))
    throw new Error('its default export is not made by defineTask({ type, params, run })');
  if (taskType.type !== type)
    throw new Error(`it defines type ${taskType.type}; the file's name says ${type}`);
  return taskType;
}

function isTaskType(value: unknown): value is TaskType<z.ZodType> {
  if (typeof value !== 'object' || value === null) return false;
  return 'type' in value && 'params' in value && 'run' in value && typeof value.run === 'function';
}
