/** A run while it goes on: redrawn in place on a terminal, one line per change elsewhere. */
import { isTerminalTaskState } from '../../core/run/states.ts';
import type { DagRun } from '../../store/run/dag_run.ts';
import type { TaskInstance } from '../../store/task/instance.ts';
import type { Footer, Shell } from '../cli/command.ts';
import { ProgressRate, progressText, readProgress } from '../output/progress_rate.ts';
import { oneLine, type Paint, painter, styleOfState } from '../output/terminal_text.ts';
import { inZone, msBetween, spanText } from '../output/time_text.ts';
import { durationMs, spanOrDash } from './columns.ts';
import { taskName } from './report.ts';

export interface RunSnapshot {
  readonly run: DagRun;
  readonly tasks: readonly TaskInstance[];
  readonly timezone: string;
  /** The database's clock. */
  readonly now: Temporal.Instant;
}

export interface RunView {
  /** @param atMs of a clock that never goes back */
  show(snapshot: RunSnapshot, atMs: number): void;
  /** Leaves the terminal to what comes after. */
  end(): void;
}

/** On stderr: stdout is for the result. */
export function createRunView(shell: Shell): RunView {
  const { footer } = shell.stderr;
  return footer === null ? new LineView(shell) : new LiveView(shell, footer);
}

/** What a task is doing, with the rate of its progress. */
class TaskTexts {
  readonly #rates = new Map<number, ProgressRate>();

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
        return task.errorText ?? task.errorClass ?? '';
      default:
        return isTerminalTaskState(task.state) && task.startedAt !== null ? spanOrDash(durationMs(task)) : '';
    }
  }

  #progressOf(task: TaskInstance, atMs: number): string | null {
    const progress = readProgress(task.progress);
    if (progress === null) return null;
    const rate = this.#rates.get(task.taskInstanceId) ?? new ProgressRate();
    this.#rates.set(task.taskInstanceId, rate);
    rate.observe(progress.done, atMs);
    return progressText(progress, rate.perSecond());
  }
}

class LiveView implements RunView {
  readonly #shell: Shell;
  readonly #footer: Footer;
  readonly #paint: Paint;
  readonly #texts = new TaskTexts();

  constructor(shell: Shell, footer: Footer) {
    this.#shell = shell;
    this.#footer = footer;
    this.#paint = painter(shell.stderr, shell.env);
  }

  show(snapshot: RunSnapshot, atMs: number): void {
    const { run, tasks } = snapshot;
    const { columns, rows } = this.#shell.stderr;
    const shown = mostTelling(tasks, Math.max(rows - 3, 1));
    const width = Math.max(0, ...shown.map((task) => taskName(task).length));
    const stateWidth = Math.max(0, ...shown.map(({ state }) => state.length));
    const hidden = tasks.length - shown.length;
    const lines = [
      [`run ${run.runId} of ${run.dagId}: ${run.state}`, styleOfState(run.state)] as const,
      ...shown.map((task) => {
        const head = `  ${taskName(task).padEnd(width)}  ${task.state.padEnd(stateWidth)}`;
        const text = `${head}  ${oneLine(this.#texts.of(task, snapshot, atMs))}`;
        return [text, styleOfState(task.state)] as const;
      }),
      ...(hidden === 0 ? [] : [[`  and ${hidden} more`, null] as const]),
    ];
    this.#footer.show(lines.map(([text, style]) => this.#paint(style, text.slice(0, columns - 1).trimEnd())));
  }

  end(): void {
    this.#footer.show([]);
  }
}

/** How often the progress of a task that stays as it is gets a line of its own. */
const PROGRESS_LINE_MS = 10_000;

class LineView implements RunView {
  readonly #shell: Shell;
  readonly #texts = new TaskTexts();
  readonly #told = new Map<number, { readonly what: string; readonly atMs: number }>();
  #runState = '';

  constructor(shell: Shell) {
    this.#shell = shell;
  }

  show(snapshot: RunSnapshot, atMs: number): void {
    const { run, tasks } = snapshot;
    if (run.state !== this.#runState) this.#line(snapshot, `run ${run.runId} of ${run.dagId}: ${run.state}`);
    this.#runState = run.state;
    for (const task of tasks) {
      const what = `${task.state} ${task.attemptNumber} ${task.wakeAt ?? ''}`;
      const text = this.#texts.of(task, snapshot, atMs);
      const told = this.#told.get(task.taskInstanceId);
      const isNews = told === undefined ? task.state !== 'none' : told.what !== what;
      const isProgress = task.progress !== null && told !== undefined && atMs - told.atMs >= PROGRESS_LINE_MS;
      if (!isNews && !isProgress) continue;
      this.#told.set(task.taskInstanceId, { what, atMs });
      this.#line(snapshot, `${taskName(task)} ${task.state} ${oneLine(text)}`);
    }
  }

  end(): void {}

  #line({ now, timezone }: RunSnapshot, text: string): void {
    this.#shell.stderr.write(`${inZone(now, timezone, 'second')}  ${text.trimEnd()}\n`);
  }
}

/** In their order, but where not all fit: failed, running and waiting ones first, then those still to come. */
function mostTelling(tasks: readonly TaskInstance[], room: number): readonly TaskInstance[] {
  if (tasks.length <= room) return tasks;
  const rank = ({ state }: TaskInstance) =>
    ['failed', 'running', 'up_for_retry', 'deferred', 'queued', 'none'].indexOf(state) >>> 0;
  const kept = new Set(tasks.toSorted((a, b) => rank(a) - rank(b)).slice(0, room - 1));
  return tasks.filter((task) => kept.has(task));
}
