/**
 * Checks a run's params against the task types, so that a refused value is known before the run begins and not when a
 * task first reads it.
 */
import type { Dag, Task } from '../dag/dag.ts';
import { renderTemplates, TemplateError } from '../run/template.ts';
import { type TemplateRef, templateRefs } from '../run/template_ref.ts';
import type { Json, JsonObject } from '../value/json.ts';
import { formatKeyPath, type KeyPath } from './key_path.ts';
import { schemaFindings } from './schema/zod_findings.ts';
import { type CheckableType, isTemplated } from './task_types.ts';

/**
 * Returns one sentence for each value of `params` that a task type would refuse in its `with`, naming the key. Values
 * that depend on other facts of the run are not checked, and problems that do not involve params are left to the check
 * of the DAG file.
 */
export function paramsProblems(
  dag: Dag,
  params: JsonObject,
  taskTypes: ReadonlyMap<string, CheckableType>,
): readonly string[] {
  const places = new Map<string, string[]>();
  for (const task of dag.tasks) {
    const type = taskTypes.get(task.type);
    if (type === undefined || 'loadError' in type) continue;
    for (const { path, message } of refusals(task, params, type)) {
      const names = new Set(paramRefs(task.with, path).map(({ segments }) => `param ${segments?.[1]}`));
      if (names.size === 0) continue;
      const sentence = `${[...names].join(' and ')}: ${message}`;
      const place = `with.${formatKeyPath(path)} of ${task.taskId}`;
      places.set(sentence, [...(places.get(sentence) ?? []), place]);
    }
  }
  return [...places].map(([sentence, where]) => `${sentence} (${where.join(', ')})`);
}

function refusals(
  task: Task,
  params: JsonObject,
  { params: schema }: Extract<CheckableType, { params: unknown }>,
): readonly { readonly path: KeyPath; readonly message: string }[] {
  const value = withParams(task.with, params);
  return schemaFindings({
    schema,
    value,
    scalarAt: () => null,
    isTemplated: (path) => isTemplated(value, path),
  });
}

/** Returns `with` with the templates rendered that use only params; texts with any other template stay as written. */
function withParams(given: JsonObject, params: JsonObject): JsonObject {
  const rendered = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(rendered);
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rendered(inner)]));
    }
    if (typeof value !== 'string' || templateRefs(value).some((ref) => !isParamRef(ref))) return value;
    return renderText(value, params);
  };
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, rendered(value)]));
}

/**
 * Renders a text. A look-up that fails gives the text as written: the param does not exist in this version, and the
 * task reports it.
 */
function renderText(text: string, params: JsonObject): Json {
  const run = { business_date: '', scheduled_for: '', run_id: '', dag_id: '', timezone: '' };
  try {
    return renderTemplates(text, { run, params, tasks: {} });
  } catch (error) {
    if (error instanceof TemplateError) return text;
    throw error;
  }
}

/** Returns the references to params at the path, below it, or in a text above it. */
function paramRefs(given: JsonObject, path: KeyPath): readonly TemplateRef[] {
  const isOnTheWay = (at: KeyPath) =>
    at.every((step, depth) => depth >= path.length || step === path[depth]) &&
    path.every((step, depth) => depth >= at.length || step === at[depth]);
  return templateRefs(given).filter((ref) => isParamRef(ref) && isOnTheWay(ref.path));
}

function isParamRef({ segments }: TemplateRef): boolean {
  return segments?.[0] === 'params' && segments.length > 1;
}
