/** Everything that is wrong with a DAG file, task types that cannot be loaded among it. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { loadDag, type ParsedDag } from '../../core/dag_file.ts';
import type { Problem } from '../../core/problem.ts';
import type { TaskTypes } from '../../engine/task_types.ts';

export async function checkDagFile(file: string, taskTypes: TaskTypes): Promise<readonly Problem[]> {
  // A type that cannot be loaded exists; what its `with` takes is not known.
  const known = new Map<string, { readonly params: z.ZodType }>(taskTypes.byName);
  for (const type of taskTypes.broken.keys()) known.set(type, { params: z.unknown() });
  const parsed = loadDag(await readFile(file, 'utf8'), file, known);
  const problems = [...parsed.problems, ...brokenTypeProblems(parsed, file, taskTypes)];
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

function brokenTypeProblems(
  { yaml, positionOf }: ParsedDag,
  file: string,
  { broken }: TaskTypes,
): readonly Problem[] {
  return tasksOf(yaml.root).flatMap((task, index) => {
    const type = isRecord(task) ? task.type : undefined;
    const why = typeof type === 'string' ? broken.get(type) : undefined;
    if (why === undefined) return [];
    const message = `the task type ${type} cannot be loaded: ${why}`;
    return [{ file, ...positionOf(['tasks', index, 'type']), key: `tasks[${index}].type`, message }];
  });
}

function tasksOf(root: unknown): readonly unknown[] {
  return isRecord(root) && Array.isArray(root.tasks) ? root.tasks : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
