/** Builds the Dag from the checked keys of a file: defaults are filled in, units are explicit. */
import { DEFAULT_KINDS } from '../alert/kind.ts';
import type { Calendar } from '../calendar/calendar.ts';
import type { Dag, DagEdge, Dependency, ParamSpec, Task } from '../dag/dag.ts';
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
    ...buildSchedule(file.schedule),
    startDate: file.start_date ?? null,
    endDate: file.end_date ?? null,
    calendar,
    onClosed: file.on_closed ?? 'skip',
    catchup: file.catchup,
    catchupWindowMs: file.catchup_window,
    maxActiveRuns: file.max_active_runs,
    whenBusy: file.when_busy ?? usualWhenBusy(file),
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

function buildSchedule(schedule: DagFileKeys['schedule']): Pick<Dag, 'schedule' | 'after'> {
  if (schedule === null) return { schedule: [], after: null };
  if (typeof schedule === 'object' && 'after' in schedule) return { schedule: [], after: schedule.after };
  return { schedule: [schedule].flat(), after: null };
}

/** Runs that follow another DAG, or that are all caught up on, each wait; of others a newer one takes the place of an older. */
function usualWhenBusy(file: DagFileKeys): Dag['whenBusy'] {
  return file.catchup === 'all' || buildSchedule(file.schedule).after !== null ? 'queue' : 'latest';
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
    dependsOn: (task.depends_on ?? []).flatMap(buildDependency),
    dagEdges: (task.depends_on ?? []).flatMap(buildDagEdge),
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

type DependsOn = NonNullable<TaskKeys['depends_on']>[number];

function buildDependency(dependency: DependsOn): readonly Dependency[] {
  if (typeof dependency === 'string') return [{ taskId: dependency, delayMs: 0 }];
  return 'task_id' in dependency ? [{ taskId: dependency.task_id, delayMs: dependency.delay ?? 0 }] : [];
}

function buildDagEdge(dependency: DependsOn): readonly DagEdge[] {
  if (typeof dependency === 'string' || !('dag' in dependency)) return [];
  const { dag: dagId, task: taskId = null, date = 'same' } = dependency;
  return [{ dagId, taskId, date }];
}
