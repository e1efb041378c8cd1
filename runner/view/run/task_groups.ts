/** The tasks of a run, the instances of a mapped task together. */
import { TASK_STATES, type TaskState } from '../../core/run/states.ts';
import type { Column } from '../listing.ts';
import { bytesText, countText, inZone, msBetween } from '../time_text.ts';
import { spanOrDash } from './columns.ts';
import type { ReportedTask } from './report.ts';

export interface TaskGroup {
  readonly taskId: string;
  /** The one instance, or those of a mapped task in the order of its list, without the removed ones. */
  readonly instances: readonly [ReportedTask, ...ReportedTask[]];
  /** The state that decides how the group looks: what failed comes before what runs, and that before what is done. */
  readonly state: TaskState;
  /** The number of instances in each state. */
  readonly counts: Readonly<Partial<Record<TaskState, number>>>;
}

/** The order of the states: those that need a person, then those that move, those that wait, and those that are over. */
const LOUDEST_FIRST: readonly TaskState[] = [
  'failed',
  'up_for_retry',
  'running',
  'queued',
  'deferred',
  'none',
  'upstream_failed',
  'cancelled',
  'success',
  'skipped',
];

/** Returns one group for each task, in the order of the tasks. */
export function taskGroups(tasks: readonly ReportedTask[]): readonly TaskGroup[] {
  return [...Map.groupBy(tasks, ({ task }) => task.taskId)].flatMap(([taskId, all]) => {
    const kept = all.filter(({ task }) => task.removedAt === null);
    const [first, ...others] = kept.length === 0 ? all : kept;
    return first === undefined ? [] : [groupOf(taskId, [first, ...others])];
  });
}

function groupOf(taskId: string, instances: TaskGroup['instances']): TaskGroup {
  const counts: Partial<Record<TaskState, number>> = {};
  for (const { task } of instances) counts[task.state] = (counts[task.state] ?? 0) + 1;
  const state = LOUDEST_FIRST.find((one) => counts[one] !== undefined) ?? 'none';
  return { taskId, instances, state, counts };
}

/** `38 success, 2 failed`; the state alone of a single instance. */
export function countsText({ counts, instances }: Pick<TaskGroup, 'counts' | 'instances'>): string {
  const parts = TASK_STATES.flatMap((state) => {
    const count = counts[state];
    return count === undefined ? [] : [instances.length === 1 ? state : `${count} ${state}`];
  });
  return parts.join(', ');
}

export const GROUP_COLUMNS: readonly Column<TaskGroup>[] = [
  {
    key: 'task',
    value: ({ taskId }) => taskId,
    text: ({ taskId, instances }) =>
      instances.length === 1 ? taskId : `${taskId} × ${countText(instances.length)}`,
  },
  { key: 'state', value: countsText, state: ({ state }) => state },
  instantColumn('planned', ({ instances }) => earliest(instances.map(({ task }) => task.plannedAt))),
  instantColumn('started', startedAt),
  {
    key: 'took',
    value: tookMs,
    text: (group) => spanOrDash(tookMs(group)),
    align: 'right',
  },
  {
    key: 'attempts',
    value: ({ instances }) => instances.reduce((sum, { task }) => sum + task.attemptNumber, 0),
  },
  amountColumn('rows in', 'rowsIn', countText),
  amountColumn('rows out', 'rowsOut', countText),
  amountColumn('bytes in', 'bytesIn', bytesText),
  amountColumn('bytes out', 'bytesOut', bytesText),
];

export function startedAt({ instances }: TaskGroup): Temporal.Instant | null {
  return earliest(instances.map(({ task }) => task.startedAt));
}

/** Returns the last end; null while an instance has none. */
export function finishedAt({ instances }: TaskGroup): Temporal.Instant | null {
  const ends = instances.flatMap(({ task }) => task.finishedAt ?? []);
  return ends.length < instances.length ? null : (ends.toSorted(Temporal.Instant.compare).at(-1) ?? null);
}

export function earliest(instants: readonly (Temporal.Instant | null)[]): Temporal.Instant | null {
  return instants.flatMap((at) => at ?? []).toSorted(Temporal.Instant.compare)[0] ?? null;
}

/** The time from the first start to the last end, or to now while one runs. */
function tookMs(group: TaskGroup): number | null {
  const from = startedAt(group);
  const until = group.state === 'running' ? group.instances[0].now : finishedAt(group);
  return from === null || until === null ? null : msBetween(from, until);
}

function instantColumn(key: string, value: (group: TaskGroup) => Temporal.Instant | null): Column<TaskGroup> {
  return {
    key,
    value,
    text: (group) => {
      const at = value(group);
      return at === null
        ? '-'
        : inZone(at, group.instances[0].timezone, 'second').slice('2026-01-31 '.length);
    },
    omitEmpty: true,
  };
}

type Amount = 'rowsIn' | 'rowsOut' | 'bytesIn' | 'bytesOut';

function amountColumn(key: string, amount: Amount, format: (value: number) => string): Column<TaskGroup> {
  const value = ({ instances }: TaskGroup): number | null => {
    const known = instances.flatMap(({ attempt }) => attempt?.[amount] ?? []);
    return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0);
  };
  return {
    key,
    value,
    text: (group) => {
      const sum = value(group);
      return sum === null ? '-' : format(sum);
    },
    align: 'right',
    omitEmpty: true,
  };
}
