/** A run with its tasks, as it stands now. */
import type { Json, JsonObject } from '../../core/value/json.ts';
import { remedyJson } from '../../core/value/task_remedy.ts';
import { databaseNow } from '../../engine/clock.ts';
import { type AskedApproval, openApprovals } from '../../store/task/approval.ts';
import { type Attempt, attemptsOfRun } from '../../store/task/attempt.ts';
import { instancesOfRun, type TaskInstance } from '../../store/task/instance.ts';
import { type TaskWarning, warningsOfRuns } from '../../store/task/warning.ts';
import { zoneOf } from '../dag/zones.ts';
import { type Column, rowObject } from '../listing.ts';
import type { ViewSource } from '../source.ts';
import { bytesText, countText, inZone, msBetween } from '../time_text.ts';
import { approvalJson } from './approvals.ts';
import { durationMs, RUN_COLUMNS, type RunRow, spanOrDash } from './columns.ts';
import { existingRun } from './find.ts';

export interface ReportedTask {
  readonly task: TaskInstance;
  /** The newest; null before the first. */
  readonly attempt: Attempt | null;
  /** All attempts, oldest first. */
  readonly attempts: readonly Attempt[];
  readonly timezone: string;
  /** The database's clock when it was read. */
  readonly now: Temporal.Instant;
}

export interface RunReport extends RunRow {
  readonly now: Temporal.Instant;
  readonly tasks: readonly ReportedTask[];
  readonly warnings: readonly TaskWarning[];
  /** The questions that wait for an answer. */
  readonly approvals: readonly AskedApproval[];
}

export const TASK_COLUMNS: readonly Column<ReportedTask>[] = [
  { key: 'task_id', value: ({ task }) => task.taskId, text: ({ task }) => taskName(task) },
  { key: 'map_index', value: ({ task }) => (task.mapIndex < 0 ? null : task.mapIndex), dataOnly: true },
  {
    key: 'state',
    value: ({ task }) => task.state,
    text: ({ task }) => (task.removedAt === null ? task.state : `${task.state}, removed`),
    state: ({ task }) => (task.removedAt === null ? task.state : 'removed'),
  },
  {
    key: 'planned_at',
    value: ({ task }) => task.plannedAt,
    text: (row) => clockText(row, row.task.plannedAt),
    omitEmpty: true,
  },
  {
    key: 'started_at',
    value: ({ task }) => task.startedAt,
    text: (row) => clockText(row, row.task.startedAt),
  },
  {
    key: 'finished_at',
    value: ({ task }) => task.finishedAt,
    text: (row) => clockText(row, row.task.finishedAt),
  },
  { key: 'duration_ms', value: ({ task }) => durationMs(task), dataOnly: true },
  {
    key: 'took',
    value: () => null,
    text: (row) => spanOrDash(elapsedMs(row)),
    align: 'right',
    tableOnly: true,
  },
  { key: 'attempts', value: ({ task }) => task.attemptNumber },
  amountColumn('rows_in', 'rowsIn', countText),
  amountColumn('rows_out', 'rowsOut', countText),
  amountColumn('bytes_in', 'bytesIn', bytesText),
  amountColumn('bytes_out', 'bytesOut', bytesText),
  { key: 'wake_at', value: ({ task }) => task.wakeAt, dataOnly: true },
  { key: 'removed_at', value: ({ task }) => task.removedAt, dataOnly: true },
  { key: 'deadline_at', value: ({ task }) => task.deadlineAt, dataOnly: true },
  { key: 'deadline_missed_at', value: ({ task }) => task.deadlineMissedAt, dataOnly: true },
  { key: 'error_class', value: ({ task }) => task.errorClass, dataOnly: true },
  { key: 'error_text', value: ({ task }) => task.errorText, dataOnly: true },
  { key: 'output', value: ({ task }) => task.output, dataOnly: true },
  { key: 'remedy', value: ({ task }) => task.remedy && remedyJson(task.remedy), dataOnly: true },
];

/** @throws NotFound */
export async function readRunReport({ pool, versions }: ViewSource, runId: number): Promise<RunReport> {
  const run = await existingRun(pool, runId);
  const timezone = await zoneOf(versions, run.dagVersionId);
  const now = await databaseNow(pool);
  const attempts = Map.groupBy(
    await attemptsOfRun(pool, runId),
    ({ taskId, mapIndex }) => `${taskId}:${mapIndex}`,
  );
  const tasks = (await instancesOfRun(pool, runId)).map((task) => {
    const ofTask = attempts.get(`${task.taskId}:${task.mapIndex}`) ?? [];
    return { task, attempt: ofTask.at(-1) ?? null, attempts: ofTask, timezone, now };
  });
  return {
    run,
    timezone,
    now,
    tasks,
    warnings: await warningsOfRuns(pool, [runId]),
    approvals: await openApprovals(pool, runId),
  };
}

/** `{run, tasks, warnings, approvals}`, keys in snake_case, instants as ISO text. */
export function reportJson(report: RunReport): Json {
  return {
    run: rowObject(RUN_COLUMNS, report),
    tasks: report.tasks.map((task) => rowObject(TASK_COLUMNS, task)),
    warnings: report.warnings.map(warningJson),
    approvals: report.approvals.map(approvalJson),
  };
}

/** A warning as machines read it. */
export function warningJson({ taskId, mapIndex, sentence, remedy }: TaskWarning): JsonObject {
  return {
    task_id: taskId,
    map_index: mapIndex < 0 ? null : mapIndex,
    sentence,
    remedy: remedy && remedyJson(remedy),
  };
}

/** `load[3]` for the fourth instance of a mapped task. */
export function taskName({ taskId, mapIndex }: Pick<TaskInstance, 'taskId' | 'mapIndex'>): string {
  return mapIndex < 0 ? taskId : `${taskId}[${mapIndex}]`;
}

/** Returns the failed tasks and those that will be tried again; in a run that ended badly without either, the cancelled ones. */
export function failedTasks(report: RunReport): readonly ReportedTask[] {
  const inStates = (...states: readonly string[]) =>
    report.tasks.filter(({ task }) => task.removedAt === null && states.includes(task.state));
  const failed = [...inStates('failed'), ...inStates('up_for_retry')];
  return failed.length > 0 || report.run.state === 'success' ? failed : inStates('cancelled');
}

/** Returns the time that a task took, or has taken while it still runs. */
function elapsedMs({ task, now }: ReportedTask): number | null {
  if (task.state === 'running' && task.startedAt !== null) return msBetween(task.startedAt, now);
  return durationMs(task);
}

/** The time alone: the date stands above the table. */
function clockText({ timezone }: ReportedTask, instant: Temporal.Instant | null): string {
  return instant === null ? '-' : inZone(instant, timezone, 'second').slice('2026-01-31 '.length);
}

type Amount = 'rowsIn' | 'rowsOut' | 'bytesIn' | 'bytesOut';

function amountColumn(key: string, amount: Amount, format: (value: number) => string): Column<ReportedTask> {
  const value = ({ attempt }: ReportedTask) => attempt?.[amount] ?? null;
  return {
    key,
    value,
    text: (row) => {
      const found = value(row);
      return found === null ? '-' : format(found);
    },
    align: 'right',
    omitEmpty: true,
  };
}
