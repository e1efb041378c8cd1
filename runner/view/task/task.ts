/** One task of a run: its instances, attempts, files and events. */
import type { Task } from '../../core/dag/dag.ts';
import { databaseNow } from '../../engine/clock.ts';
import type { ListedEvent } from '../../store/event/listing.ts';
import type { DagRun } from '../../store/run/dag_run.ts';
import { attemptsOfTask, filesOfTask, type TaskAttempt, type TouchedFile } from '../../store/task/detail.ts';
import { instancesOfRun, type TaskInstance } from '../../store/task/instance.ts';
import { readEvents } from '../audit/events.ts';
import type { Column } from '../listing.ts';
import type { Page } from '../page.ts';
import { durationMs, spanOrDash } from '../run/columns.ts';
import { existingRun } from '../run/find.ts';
import type { ViewSource } from '../source.ts';
import { bytesText, countText, inZone } from '../time_text.ts';
import { unknownTask } from './find.ts';

export interface TaskReport {
  readonly run: DagRun;
  readonly timezone: string;
  /** The database's clock when it was read. */
  readonly now: Temporal.Instant;
  /** The task as the run's version declares it, its `with` with templates not yet rendered; null if it cannot be read. */
  readonly declared: Task | null;
  /** The instance, or all instances of a mapped task. */
  readonly instances: readonly TaskInstance[];
  /** Oldest first. */
  readonly attempts: readonly TaskAttempt[];
  readonly files: readonly TouchedFile[];
  /** The newest events of the task, newest first; `next` is the cursor of `readEvents`. */
  readonly events: Page<ListedEvent>;
}

export interface TaskName {
  readonly runId: number;
  readonly taskId: string;
  /** One instance of a mapped task; null for all. */
  readonly mapIndex: number | null;
}

const EVENTS = 50;

/** @throws NotFound */
export async function readTask({ pool, versions }: ViewSource, of: TaskName): Promise<TaskReport> {
  const { runId, taskId, mapIndex } = of;
  const run = await existingRun(pool, runId);
  const all = await instancesOfRun(pool, runId);
  const instances = all.filter(
    (instance) => instance.taskId === taskId && (mapIndex === null || instance.mapIndex === mapIndex),
  );
  if (instances.length === 0) throw unknownTask(run, nameOf(of), [...new Set(all.map((one) => one.taskId))]);
  const version = await versions.getReadable(run.dagVersionId);
  return {
    run,
    timezone: version?.dag.timezone ?? 'UTC',
    now: await databaseNow(pool),
    declared: version?.dag.tasks.find((task) => task.taskId === taskId) ?? null,
    instances,
    attempts: await attemptsOfTask(pool, of),
    files: await filesOfTask(pool, of),
    events: await readEvents(pool, {
      dagId: null,
      runId,
      taskId,
      since: null,
      action: null,
      actor: null,
      limit: EVENTS,
      before: null,
    }),
  };
}

function nameOf({ taskId, mapIndex }: TaskName): string {
  return mapIndex === null ? taskId : `${taskId}[${mapIndex}]`;
}

export interface AttemptRow {
  readonly attempt: TaskAttempt;
  readonly timezone: string;
}

export const ATTEMPT_COLUMNS: readonly Column<AttemptRow>[] = [
  { key: 'attempt', value: ({ attempt }) => attempt.attemptNumber },
  {
    key: 'map_index',
    value: ({ attempt }) => (attempt.mapIndex < 0 ? null : attempt.mapIndex),
    omitEmpty: true,
  },
  { key: 'state', value: ({ attempt }) => attempt.state, state: ({ attempt }) => attempt.state },
  {
    key: 'started_at',
    value: ({ attempt }) => attempt.startedAt,
    text: ({ attempt, timezone }) => inZone(attempt.startedAt, timezone, 'second'),
  },
  { key: 'finished_at', value: ({ attempt }) => attempt.finishedAt, dataOnly: true },
  { key: 'duration_ms', value: ({ attempt }) => durationMs(attempt), dataOnly: true },
  {
    key: 'took',
    value: ({ attempt }) => durationMs(attempt),
    text: ({ attempt }) => spanOrDash(durationMs(attempt)),
    align: 'right',
    tableOnly: true,
  },
  { key: 'polls', value: ({ attempt }) => attempt.pollCount, dataOnly: true },
  { key: 'worker_id', value: ({ attempt }) => attempt.workerId },
  { key: 'worker_host', value: ({ attempt }) => attempt.workerHost, dataOnly: true },
  { key: 'code_version', value: ({ attempt }) => attempt.codeVersion, dataOnly: true },
  amount('rows_in', ({ attempt }) => attempt.rowsIn, countText),
  amount('rows_out', ({ attempt }) => attempt.rowsOut, countText),
  amount('bytes_in', ({ attempt }) => attempt.bytesIn, bytesText),
  amount('bytes_out', ({ attempt }) => attempt.bytesOut, bytesText),
  { key: 'error_class', value: ({ attempt }) => attempt.errorClass, dataOnly: true },
  { key: 'error_text', value: ({ attempt }) => attempt.errorText, omitEmpty: true },
  { key: 'output', value: ({ attempt }) => attempt.output, dataOnly: true },
];

export const FILE_COLUMNS: readonly Column<TouchedFile>[] = [
  { key: 'direction', value: ({ direction }) => direction },
  { key: 'connection', value: ({ connection }) => connection },
  { key: 'path', value: ({ path }) => path },
  {
    key: 'rows',
    value: ({ rows }) => rows,
    text: ({ rows }) => (rows === null ? '-' : countText(rows)),
    align: 'right',
  },
  { key: 'bytes', value: ({ bytes }) => bytes, text: ({ bytes }) => bytesText(bytes), align: 'right' },
  { key: 'sha256', value: ({ sha256 }) => sha256 },
  { key: 'attempt', value: ({ attemptNumber }) => attemptNumber },
  { key: 'map_index', value: ({ mapIndex }) => (mapIndex < 0 ? null : mapIndex), omitEmpty: true },
  { key: 'at', value: ({ at }) => at, dataOnly: true },
];

function amount(
  key: string,
  value: (row: AttemptRow) => number | null,
  format: (value: number) => string,
): Column<AttemptRow> {
  const text = (row: AttemptRow) => {
    const found = value(row);
    return found === null ? '-' : format(found);
  };
  return { key, value, text, align: 'right', omitEmpty: true };
}
