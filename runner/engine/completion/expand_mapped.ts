import type { Task } from '../../core/dag/dag.ts';
import type { DagIndex } from '../../core/dag/index.ts';
import { renderTemplates } from '../../core/run/template.ts';
import { errorFacts } from '../../core/value/error_text.ts';
import type { Json } from '../../core/value/json.ts';
import { expandInstances, failUndecided, removeDecided } from '../../store/mapping.ts';
import type { Queryable } from '../../store/queryable.ts';
import type { DagRun } from '../../store/run/dag_run.ts';
import { outputsOf } from '../../store/task/output.ts';
import { scopeOf, tasksNamed } from '../attempt/template_context.ts';

/** The largest number of elements of a mapped task. */
const MAX_MAPPED = 100_000;

/** The `map_over` of a task gives no list, or one that is too long. */
class MapOverError extends Error {
  override name = 'MapOverError';
}

/**
 * Makes the instances of a mapped task that is about to start.
 * @returns the number of instances; 0 for an empty list, null if the list could not be computed and the task has failed
 */
export async function expandMapped(
  tx: Queryable,
  { run, index }: { readonly run: DagRun; readonly index: DagIndex },
  task: Task & { readonly mapOver: string },
): Promise<number | null> {
  const at = { runId: run.runId, taskId: task.taskId };
  try {
    const outputs = await outputsOf(tx, run.runId, tasksNamed(task.mapOver));
    const items = listOf(
      task.mapOver,
      renderTemplates(task.mapOver, scopeOf(run, index.dag.timezone, outputs)),
    );
    if (items.length > 0) await expandInstances(tx, at, items);
    else await removeDecided(tx, at);
    return items.length;
  } catch (error) {
    if (!(error instanceof MapOverError) && !(error instanceof Error && error.name === 'TemplateError'))
      throw error;
    await failUndecided(tx, at, errorFacts(error));
    return null;
  }
}

/** Returns the rendered `map_over` as a list. @throws MapOverError saying what it is instead */
function listOf(template: string, rendered: Json): readonly Json[] {
  if (!Array.isArray(rendered)) {
    throw new MapOverError(
      `map_over: ${template} is ${rendered === null ? 'null' : `a ${typeof rendered}`}, not a list`,
    );
  }
  if (rendered.length > MAX_MAPPED) {
    throw new MapOverError(`map_over: ${template} has ${rendered.length} elements; at most ${MAX_MAPPED}`);
  }
  return rendered;
}
