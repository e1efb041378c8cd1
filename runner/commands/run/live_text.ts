/** The words for a run while it goes on. */
import { ProgressRates, readProgress } from '../../core/run/progress_rate.ts';
import { isTerminalTaskState } from '../../core/run/states.ts';
import type { DagRun } from '../../store/run/dag_run.ts';
import type { TaskInstance } from '../../store/task/instance.ts';
import { progressText } from '../../view/progress_text.ts';
import { durationMs, spanOrDash } from '../../view/run/columns.ts';
import { taskName } from '../../view/run/report.ts';
import { inZone, msBetween, spanText } from '../../view/time_text.ts';
import { type LiveText, type StyledLine, timedLine } from '../live/live.ts';
import { remedyLines } from '../output/remedy_text.ts';
import { oneLine, styleOfState } from '../output/terminal_text.ts';

export interface RunSnapshot {
  readonly run: DagRun;
  readonly tasks: readonly TaskInstance[];
  readonly timezone: string;
  /** The database's clock. */
  readonly now: Temporal.Instant;
}

/** Says what a task is doing, with the rate of its progress. */
class TaskTexts {
  readonly #rates = new ProgressRates();

  of(task: TaskInstance, { timezone, now }: RunSnapshot, atMs: number): string {
    switch (task.state) {
      case 'running': {
        const elapsed = task.startedAt === null ? '' : spanText(msBetween(task.startedAt, now));
        const attempt = task.attemptNumber > 1 ? `attempt ${task.attemptNumber}, ` : '';
        return `${attempt}${this.#progressOf(task, atMs) ?? elapsed}`;
      }
      case 'deferred':
      case 'up_for_retry': {
        const until = task.wakeAt === null ? '' : `until ${inZone(task.wakeAt, timezone, 'second')}`;
        const error = task.state === 'up_for_retry' && task.errorText !== null ? `: ${task.errorText}` : '';
        return `${task.wakeReason ?? 'waits'} ${until}${error}`;
      }
      case 'failed':
        return [task.errorText ?? task.errorClass ?? '', ...remedyLines(task.remedy, task)].join('; ');
      default:
        return isTerminalTaskState(task.state) && task.startedAt !== null ? spanOrDash(durationMs(task)) : '';
    }
  }

  #progressOf(task: TaskInstance, atMs: number): string | null {
    const progress = readProgress(task.progress);
    if (progress === null) return null;
    const { perSecond } = this.#rates.observe(`${task.taskInstanceId}`, progress, atMs);
    return progressText(progress, perSecond);
  }
}

/** The progress of a task that stays in its state gets a line this often. */
const PROGRESS_LINE_MS = 10_000;

export class RunLiveText implements LiveText<RunSnapshot> {
  readonly #texts = new TaskTexts();
  readonly #printed = new Map<number, { readonly state: string; readonly atMs: number }>();
  #runState = '';

  footer(
    snapshot: RunSnapshot,
    { atMs, rows }: { readonly atMs: number; readonly rows: number },
  ): readonly StyledLine[] {
    const { run, tasks } = snapshot;
    const shown = mostImportant(tasks, Math.max(rows - 3, 1));
    const width = Math.max(0, ...shown.map((task) => taskName(task).length));
    const stateWidth = Math.max(0, ...shown.map(({ state }) => state.length));
    const hidden = tasks.length - shown.length;
    return [
      { text: `run ${run.runId} of ${run.dagId}: ${run.state}`, style: styleOfState(run.state) },
      ...shown.map((task) => {
        const head = `  ${taskName(task).padEnd(width)}  ${task.state.padEnd(stateWidth)}`;
        const text = `${head}  ${oneLine(this.#texts.of(task, snapshot, atMs))}`;
        return { text, style: styleOfState(task.state) };
      }),
      ...(hidden === 0 ? [] : [{ text: `  and ${hidden} more`, style: null }]),
    ];
  }

  changes(snapshot: RunSnapshot, atMs: number): readonly string[] {
    const { run, tasks } = snapshot;
    const runLine =
      run.state === this.#runState
        ? []
        : [timedLine(snapshot, `run ${run.runId} of ${run.dagId}: ${run.state}`)];
    this.#runState = run.state;
    const taskLines = tasks.flatMap((task) => {
      const text = this.#texts.of(task, snapshot, atMs);
      if (!this.#isDue(task, atMs)) return [];
      return [timedLine(snapshot, `${taskName(task)} ${task.state} ${oneLine(text)}`)];
    });
    return [...runLine, ...taskLines];
  }

  /** Returns whether the task gets a line now, and takes it as printed then. */
  #isDue(task: TaskInstance, atMs: number): boolean {
    const state = `${task.state} ${task.attemptNumber} ${task.wakeAt ?? ''}`;
    const printed = this.#printed.get(task.taskInstanceId);
    const isChange = printed === undefined ? task.state !== 'none' : printed.state !== state;
    const isProgress =
      task.progress !== null && printed !== undefined && atMs - printed.atMs >= PROGRESS_LINE_MS;
    if (!isChange && !isProgress) return false;
    this.#printed.set(task.taskInstanceId, { state, atMs });
    return true;
  }
}

/** Returns the tasks in their order; where not all fit, failed, running and waiting ones first, then those still to come. */
function mostImportant(tasks: readonly TaskInstance[], room: number): readonly TaskInstance[] {
  if (tasks.length <= room) return tasks;
  const rank = ({ state }: TaskInstance) =>
    ['failed', 'running', 'up_for_retry', 'deferred', 'queued', 'none'].indexOf(state) >>> 0;
  const kept = new Set(tasks.toSorted((a, b) => rank(a) - rank(b)).slice(0, room - 1));
  return tasks.filter((task) => kept.has(task));
}
