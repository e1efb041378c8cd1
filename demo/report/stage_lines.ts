import type { Footer, Output, TaskInstance } from '../../runner/index.ts';
import type { Progress } from '../../runner/task.ts';
import type { Stage } from '../prepare.ts';

const LABEL_WIDTH = 24;
const REDRAW_EVERY_MS = 100;

/**
 * Prints steps and tasks as lines on stderr. On a terminal the current step's line is updated; elsewhere only results
 * are printed.
 */
export class StageLines implements Stage, Disposable {
  readonly #out: Output;
  readonly #footer: Footer | null;
  #title = '';
  #begunAt = 0;
  #drawnAt = 0;
  readonly #shown = new Map<number, string>();

  constructor(out: Output) {
    this.#out = out;
    this.#footer = out.footer;
  }

  begin(title: string): void {
    this.#title = title;
    this.#begunAt = performance.now();
    this.#draw('');
  }

  progress(progress: Progress): void {
    if (performance.now() - this.#drawnAt > REDRAW_EVERY_MS) this.#draw(progressText(progress));
  }

  done(result: string): void {
    this.#line(this.#title, `${result}  ${seconds(performance.now() - this.#begunAt)}`);
  }

  /** Prints a line for each task that has finished since the last call, and an updating one for the running task. */
  tasks(tasks: readonly TaskInstance[]): void {
    for (const { taskInstanceId, taskId, state, startedAt, finishedAt } of tasks) {
      if (finishedAt === null || this.#shown.get(taskInstanceId) === state) continue;
      this.#shown.set(taskInstanceId, state);
      const took = startedAt === null ? '' : seconds(finishedAt.since(startedAt).total('milliseconds'));
      this.#line(taskId, `${state}  ${took}`);
    }
    const running = tasks.find(({ state }) => state === 'running');
    if (running === undefined) {
      this.#footer?.show([]);
      return;
    }
    this.#title = running.taskId;
    const { progress } = running;
    const isProgress =
      progress !== null && typeof progress.done === 'number' && typeof progress.unit === 'string';
    this.#draw(
      isProgress
        ? progressText({
            done: Number(progress.done),
            total: progress.total === null ? null : Number(progress.total),
            unit: progress.unit === 'bytes' ? 'bytes' : 'rows',
          })
        : '',
    );
  }

  #line(title: string, text: string): void {
    this.#footer?.show([]);
    this.#out.write(`  ${title.padEnd(LABEL_WIDTH)} ${text}\n`);
  }

  #draw(text: string): void {
    this.#drawnAt = performance.now();
    const line = `  ${this.#title.padEnd(LABEL_WIDTH)} ${text || '...'}`;
    this.#footer?.show([line.slice(0, this.#out.columns - 1)]);
  }

  /** Restores the terminal for later output. */
  [Symbol.dispose](): void {
    this.#footer?.show([]);
  }
}

function progressText({ done, total, unit }: Progress): string {
  const amount = (value: number) =>
    unit === 'bytes' ? `${(value / 1e6).toFixed(0)} MB` : value.toLocaleString('en-US');
  if (total === null || total === 0) return `${amount(done)}${unit === 'bytes' ? '' : ` ${unit}`}`;
  return `${String(Math.floor((100 * done) / total)).padStart(3)} %  ${amount(done)} of ${amount(total)}${unit === 'bytes' ? '' : ` ${unit}`}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
