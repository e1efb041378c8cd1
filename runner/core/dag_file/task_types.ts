/** Checks the `type` and `with` of tasks against the known task types. */
import type { z } from 'zod';
import { templateRefs } from '../run/template_ref.ts';
import type { JsonObject } from '../value/json.ts';
import { didYouMeanAndList } from '../value/suggest.ts';
import type { DagFileFinding } from './finding.ts';
import type { KeyPath } from './key_path.ts';
import type { Outline, OutlineTask } from './outline.ts';
import { taskKeys } from './schema/keys.ts';
import { schemaFindings } from './schema/zod_findings.ts';
import { asMap, isMap, valueAt } from './yaml/values.ts';

/** A task type as needed to check a DAG file: the schema of its params, or why its file could not be loaded. */
export type CheckableType =
  | { readonly params: z.ZodType; readonly worksInShadow?: true }
  | { readonly loadError: string };

/**
 * Returns the problems of the tasks' types and params.
 * @param scalarAt gives the scalar as written in the file, quotes included
 */
export function typeFindings(
  outline: Outline,
  taskTypes: ReadonlyMap<string, CheckableType>,
  scalarAt: (path: KeyPath) => string | null,
): readonly DagFileFinding[] {
  const offersShadow = Object.values(asMap(outline.root.params)).some(
    (spec) => asMap(spec).type === 'run_mode',
  );
  return outline.tasks.flatMap((task) => {
    const { type } = task.keys;
    if (typeof type !== 'string' || !taskKeys.shape.type.safeParse(type).success) return [];
    const taskType = taskTypes.get(type);
    if (taskType === undefined) return [unknownType(type, task, [...taskTypes.keys()])];
    if ('loadError' in taskType) {
      return [
        { path: [...task.path, 'type'], message: `task type ${type} cannot be used: ${taskType.loadError}` },
      ];
    }
    return [
      ...(offersShadow && taskType.worksInShadow !== true ? [actsInShadow(type, task)] : []),
      ...paramFindings(task, taskType.params, scalarAt),
    ];
  });
}

/** A task type that knows nothing of shadow would act in a run that promises not to. */
function actsInShadow(type: string, task: OutlineTask): DagFileFinding {
  const message =
    `${type} does not say that it works in shadow, and the DAG has a param of type run_mode: ` +
    'a shadow run would act here; give the type worksInShadow: true once it leaves everything alone where run.mode is shadow';
  return { path: [...task.path, 'type'], message };
}

function unknownType(type: string, task: OutlineTask, known: readonly string[]): DagFileFinding {
  const message = `no task type is called ${type}${didYouMeanAndList(type, known)}`;
  return { path: [...task.path, 'type'], message };
}

function paramFindings(
  task: OutlineTask,
  schema: z.ZodType,
  scalarAt: (path: KeyPath) => string | null,
): readonly DagFileFinding[] {
  const given = task.keys.with ?? {};
  if (!isMap(given)) return [];
  const inWith = (path: KeyPath): KeyPath => [...task.path, 'with', ...path];
  const findings = schemaFindings({
    schema,
    value: given,
    scalarAt: (path) => scalarAt(inWith(path)),
    isTemplated: (path) => isTemplated(given, path),
  });
  return findings.map((finding) => ({ ...finding, path: inWith(finding.path) }));
}

/** Returns true if the value at the path, or a text above it, holds a template. */
export function isTemplated(given: JsonObject, path: KeyPath): boolean {
  return path.some((_, depth) => {
    const value = valueAt(given, path.slice(0, depth + 1));
    return typeof value === 'string' && templateRefs(value).length > 0;
  });
}
