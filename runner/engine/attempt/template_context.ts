import type { Task } from '../../core/dag/dag.ts';
import type { TemplateScope } from '../../core/run/template.ts';
import { templateRefs } from '../../core/run/template_ref.ts';
import type { Json, JsonObject } from '../../core/value/json.ts';

/** The facts of a run that templates may use. */
export interface ScopeRun {
  readonly runId: number;
  readonly dagId: string;
  readonly businessDate: Temporal.PlainDate;
  readonly scheduledFor: Temporal.Instant;
  readonly params: JsonObject;
}

export function scopeOf(run: ScopeRun, timezone: string, outputs: JsonObject): TemplateScope {
  return {
    run: {
      run_id: String(run.runId),
      dag_id: run.dagId,
      business_date: run.businessDate.toString(),
      scheduled_for: run.scheduledFor.toString(),
      timezone,
    },
    params: run.params,
    tasks: outputs,
  };
}

/** Returns the tasks whose outputs an attempt may read: its dependencies, and those that its templates name. */
export function tasksRead(task: Task): readonly string[] {
  const named = [...tasksNamed(task.with), ...tasksNamed(task.runIf)];
  // A mapped task has its element already, so the whole list is not read again for each instance.
  const mappedOver = new Set(tasksNamed(task.mapOver));
  const upstream = task.dependsOn.map(({ taskId }) => taskId).filter((taskId) => !mappedOver.has(taskId));
  return [...new Set([...upstream, ...named])];
}

/** Returns the tasks whose outputs the templates in `value` name. */
export function tasksNamed(value: Json): readonly string[] {
  return templateRefs(value)
    .map(({ segments }) => (segments?.[0] === 'tasks' ? segments[1] : undefined))
    .filter((taskId) => taskId !== undefined);
}
