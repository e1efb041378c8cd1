/** The params of a task as an attempt that started now would get them. */
import type { Task } from '../../core/dag/dag.ts';
import { renderTemplates, TemplateError } from '../../core/run/template.ts';
import type { Json } from '../../core/value/json.ts';
import { scopeOf, tasksNamed } from '../../engine/attempt/template_context.ts';
import type { Queryable } from '../../store/queryable.ts';
import type { DagRun } from '../../store/run/dag_run.ts';
import { mapItemOf, type TaskInstance } from '../../store/task/instance.ts';
import { outputsOf } from '../../store/task/output.ts';

export interface RenderedWith {
  /** The task's `with`, rendered; as it is written where it cannot be rendered yet. */
  readonly value: Json;
  /** Why it cannot be rendered; null where it is. */
  readonly problem: string | null;
}

export async function renderWith(
  db: Queryable,
  { run, timezone }: { readonly run: DagRun; readonly timezone: string },
  { task, instance }: { readonly task: Task; readonly instance: TaskInstance },
): Promise<RenderedWith> {
  const outputs = await outputsOf(db, run.runId, tasksNamed(task.with));
  const scope = scopeOf(run, timezone, outputs);
  const { taskInstanceId, mapIndex } = instance;
  const mapped = mapIndex < 0 ? {} : { item: await mapItemOf(db, taskInstanceId), map_index: mapIndex };
  try {
    return { value: renderTemplates(task.with, { ...scope, ...mapped }), problem: null };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { value: task.with, problem: error.message };
  }
}
