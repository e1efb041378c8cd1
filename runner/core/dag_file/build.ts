/** Builds the Dag from the checked keys of a file: defaults are filled in, units are explicit. */
import { DEFAULT_KINDS } from '../alert/kind.ts';
import type { Calendar } from '../calendar/calendar.ts';
import type { Dag, Dependency, ParamSpec, Task } from '../dag/dag.ts';
import { normalDefault } from '../dag/params.ts';
import { parseDuration } from '../time/duration.ts';
import { type DagFileKeys, DEFAULTS, type TaskKeys } from './schema/keys.ts';

type DefaultArgs = NonNullable<DagFileKeys['default_args']>;

/** @param calendar the calendar that the file names; null for none */
export function buildDag(file: DagFileKeys, calendar: Calendar | null): Dag {
  return {
    dagId: file.dag_id,
    description: file.description ?? '',
    timezone: file.timezone,
    schedule: [file.schedule ?? []].flat(),
    startDate: file.start_date ?? null,
    endDate: file.end_date ?? null,
    calendar,
    onClosed: file.on_closed ?? 'skip',
    catchup: file.catchup,
    catchupWindowMs: file.catchup_window,
    maxActiveRuns: file.max_active_runs,
    isPausedUponCreation: file.is_paused_upon_creation,
    dagrunTimeoutMs: file.dagrun_timeout ?? null,
    alerts: (file.alerts ?? []).map((rule) => ({ on: rule.on ?? DEFAULT_KINDS, to: rule.to })),
    heartbeat: file.heartbeat ?? null,
    startWithinMs: file.start_within ?? null,
    params: Object.fromEntries(
      Object.entries(file.params ?? {}).map(([name, spec]) => [name, buildParam(spec)]),
    ),
    tasks: file.tasks.map((task) => buildTask(task, file.default_args ?? {})),
  };
}

function buildParam(spec: NonNullable<DagFileKeys['params']>[string]): ParamSpec {
  return {
    type: spec.type,
    default: normalDefault(spec.type, spec.default ?? null),
    description: spec.description ?? '',
  };
}

function buildTask(task: TaskKeys, args: DefaultArgs): Task {
  return {
    taskId: task.task_id,
    type: task.type,
    with: task.with ?? {},
    dependsOn: (task.depends_on ?? []).map(buildDependency),
    notBefore: task.not_before ?? null,
    deadline: task.deadline ?? null,
    onDeadline: task.on_deadline ?? 'alert',
    triggerRule: task.trigger_rule ?? args.trigger_rule ?? DEFAULTS.trigger_rule,
    runIf: task.run_if ?? null,
    mapOver: task.map_over ?? null,
    retries: task.retries ?? args.retries ?? DEFAULTS.retries,
    retryDelayMs: task.retry_delay ?? args.retry_delay ?? parseDuration(DEFAULTS.retry_delay),
    retryExponentialBackoff:
      task.retry_exponential_backoff ?? args.retry_exponential_backoff ?? DEFAULTS.retry_exponential_backoff,
    maxRetryDelayMs: task.max_retry_delay ?? args.max_retry_delay ?? parseDuration(DEFAULTS.max_retry_delay),
    executionTimeoutMs:
      task.execution_timeout ?? args.execution_timeout ?? parseDuration(DEFAULTS.execution_timeout),
    pool: task.pool ?? args.pool ?? DEFAULTS.pool,
    poolSlots: task.pool_slots ?? args.pool_slots ?? DEFAULTS.pool_slots,
    priority: task.priority ?? args.priority ?? DEFAULTS.priority,
    allowFailure: task.allow_failure ?? false,
  };
}

function buildDependency(dependency: NonNullable<TaskKeys['depends_on']>[number]): Dependency {
  if (typeof dependency === 'string') return { taskId: dependency, delayMs: 0 };
  return { taskId: dependency.task_id, delayMs: dependency.delay ?? 0 };
}
