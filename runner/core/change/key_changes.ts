/** Compares two versions of a DAG key by key, with the names of the DAG file. */

import { recipientsOf } from '../alert/recipients.ts';
import type { Calendar } from '../calendar/calendar.ts';
import { ruleWords } from '../calendar/describe.ts';
import type { Dag, Task } from '../dag/dag.ts';
import { formatDuration } from '../time/duration.ts';
import { formatWallTime } from '../time/wall_time.ts';
import type { Json } from '../value/json.ts';

export interface KeyChange {
  /** The task of the key; null for a key of the DAG itself. */
  readonly taskId: string | null;
  /**
   * The path of the key: `schedule`, `params.store`, `not_before`, `with.guards.max_row_drop`, `depends_on.load_file`.
   */
  readonly key: string;
  /** The value before; null if the key is absent. The value of a dependency is its delay, or the date of another DAG's run. */
  readonly before: Json;
  readonly after: Json;
}

export interface KeyChanges {
  readonly dag: readonly KeyChange[];
  readonly tasksAdded: readonly string[];
  readonly tasksRemoved: readonly string[];
  readonly tasks: readonly KeyChange[];
}

export function keyChanges(before: Dag, after: Dag): KeyChanges {
  const oldTasks = new Map(before.tasks.map((task) => [task.taskId, task]));
  const newIds = new Set(after.tasks.map(({ taskId }) => taskId));
  return {
    dag: differences(null, dagKeys(before), dagKeys(after)),
    tasksAdded: after.tasks.map(({ taskId }) => taskId).filter((taskId) => !oldTasks.has(taskId)),
    tasksRemoved: before.tasks.map(({ taskId }) => taskId).filter((taskId) => !newIds.has(taskId)),
    tasks: after.tasks.flatMap((task) => {
      const old = oldTasks.get(task.taskId);
      return old === undefined ? [] : differences(task.taskId, taskKeys(old), taskKeys(task));
    }),
  };
}

/** Returns true if the key decides when, or after which tasks, a task starts or must be finished. */
export function isEdgeKey({ key }: KeyChange): boolean {
  return /^(not_before|deadline|on_deadline|trigger_rule|depends_on\..*)$/.test(key);
}

type Keys = Readonly<Record<string, Json>>;

function differences(taskId: string | null, before: Keys, after: Keys): readonly KeyChange[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .map((key) => ({ taskId, key, before: before[key] ?? null, after: after[key] ?? null }))
    .filter((change) => canonical(change.before) !== canonical(change.after));
}

/** Returns a text that is equal for equal values, as the order of keys does not matter. */
function canonical(value: Json): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function dagKeys(dag: Dag): Keys {
  return {
    description: dag.description,
    timezone: dag.timezone,
    schedule: dag.after === null ? dag.schedule : { after: dag.after },
    ...calendarKeys(dag),
    start_date: dag.startDate?.toString() ?? null,
    end_date: dag.endDate?.toString() ?? null,
    catchup: dag.catchup,
    catchup_window: formatDuration(dag.catchupWindowMs),
    max_active_runs: dag.maxActiveRuns,
    when_busy: dag.whenBusy,
    dagrun_timeout: durationText(dag.dagrunTimeoutMs),
    ...toldKeys(dag),
    heartbeat: dag.heartbeat,
    start_within: durationText(dag.startWithinMs),
    ...Object.fromEntries(Object.entries(dag.params).map(([name, spec]) => [`params.${name}`, { ...spec }])),
  };
}

/** Returns the calendar, how it is applied, and the rules of each calendar that it is made of, by their names. */
function calendarKeys({ calendar, onClosed }: Dag): Keys {
  if (calendar === null) return { calendar: null, on_closed: null };
  return { calendar: calendar.name, on_closed: onClosed, ...ruleKeys(calendar) };
}

function ruleKeys({ name, rules, include, exclude }: Calendar): Keys {
  const words = Map.groupBy(rules, (rule) => rule.name);
  const names = (calendars: readonly Calendar[]) => calendars.map((calendar) => calendar.name);
  return Object.assign(
    {
      ...(include.length === 0 ? {} : { [`calendar.${name}.include`]: names(include) }),
      ...(exclude.length === 0 ? {} : { [`calendar.${name}.exclude`]: names(exclude) }),
    },
    ...[...words].map(([day, same]) => ({
      [`calendar.${name}.closed.${day}`]: same.map(ruleWords).join('; '),
    })),
    ...[...include, ...exclude].map(ruleKeys),
  );
}

/** Returns the channels that are told of each kind, however the file groups them into rules. */
function toldKeys({ alerts }: Dag): Keys {
  return Object.fromEntries(
    [...recipientsOf(alerts, [])].map(([kind, channels]) => [`alerts.${kind}`, channels.toSorted()]),
  );
}

function durationText(ms: number | null): string | null {
  return ms === null ? null : formatDuration(ms);
}

function taskKeys(task: Task): Keys {
  return {
    type: task.type,
    ...Object.fromEntries(
      task.dependsOn.map(({ taskId, delayMs }) => [`depends_on.${taskId}`, formatDuration(delayMs)]),
    ),
    ...Object.fromEntries(
      task.dagEdges.map(({ dagId, taskId, date }) => [
        `depends_on.dag.${dagId}${taskId === null ? '' : `.${taskId}`}`,
        date,
      ]),
    ),
    not_before: task.notBefore && formatWallTime(task.notBefore),
    deadline: task.deadline && formatWallTime(task.deadline),
    on_deadline: task.onDeadline,
    trigger_rule: task.triggerRule,
    run_if: task.runIf,
    map_over: task.mapOver,
    retries: task.retries,
    retry_delay: formatDuration(task.retryDelayMs),
    retry_exponential_backoff: task.retryExponentialBackoff,
    max_retry_delay: formatDuration(task.maxRetryDelayMs),
    execution_timeout: formatDuration(task.executionTimeoutMs),
    pool: task.pool,
    pool_slots: task.poolSlots,
    priority: task.priority,
    allow_failure: task.allowFailure,
    ...leaves('with', task.with),
  };
}

/** Returns each value that is not a map, by the path of its keys. */
function leaves(path: string, value: Json): Keys {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { [path]: value };
  return Object.assign({}, ...Object.entries(value).map(([key, part]) => leaves(`${path}.${key}`, part)));
}
