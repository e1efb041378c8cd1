import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { z } from 'zod';
import type { CheckableType } from '../core/dag_file_types.ts';
import { errorFacts } from '../core/error_text.ts';
import type { TaskType } from '../task.ts';

/** The task types of a folder: each `*.ts` directly in it whose default export `defineTask` made. */
export interface TaskTypes {
  readonly byName: ReadonlyMap<string, TaskType>;
  /** Files that could not be loaded: the type is unusable and says why, the others work. */
  readonly broken: ReadonlyMap<string, string>;
}

/** All of them, as a DAG file is checked against them. */
export function checkableTypes({ byName, broken }: TaskTypes): ReadonlyMap<string, CheckableType> {
  const unusable = [...broken].map(([type, loadError]) => [type, { loadError }] as const);
  return new Map<string, CheckableType>([...byName, ...unusable]);
}

export async function loadTaskTypes(folder: string): Promise<TaskTypes> {
  const byName = new Map<string, TaskType>();
  const broken = new Map<string, string>();
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && /^[a-z][a-z0-9_]*\.ts$/.test(entry.name));
  await Promise.all(
    files.map(async ({ name }) => {
      const type = name.slice(0, -'.ts'.length);
      try {
        byName.set(type, await loadTaskType(path.resolve(folder, name), type));
      } catch (error) {
        broken.set(type, `${path.join(folder, name)}: ${errorFacts(error).errorText}`);
      }
    }),
  );
  return { byName, broken };
}

async function loadTaskType(file: string, type: string): Promise<TaskType> {
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
