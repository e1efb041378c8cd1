import { cleanText } from '../../core/value/clean_text.ts';
import type { JsonObject } from '../../core/value/json.ts';
import { saveProgress } from '../../store/task/attempt.ts';
import type { ClaimedTask } from '../../store/task/instance.ts';
import { appendLog, type TaskLogLevel, type TaskLogLine } from '../../store/task/log.ts';
import type { AttemptMeter } from '../../store/task/settlement.ts';
import type { Progress, TaskContext, TaskLog } from '../../task.ts';
import type { Engine } from '../engine.ts';

const FLUSH_AFTER_MS = 500;

/**
 * Collects an attempt's log lines, progress and amounts while it runs. They are written to the database at most twice a
 * second, so that reporting costs a task next to nothing.
 */
export class AttemptReport {
  readonly #engine: Engine;
  readonly #claimed: ClaimedTask;
  #lines: TaskLogLine[] = [];
  #progress: Progress | null = null;
  #work: Promise<void> = Promise.resolve();
  #isWorking = false;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  readonly #meter: { -readonly [Amount in keyof AttemptMeter]: number | null } = {
    rowsIn: null,
    rowsOut: null,
    bytesIn: null,
    bytesOut: null,
  };

  constructor(engine: Engine, claimed: ClaimedTask) {
    this.#engine = engine;
    this.#claimed = claimed;
  }

  /** Tracks the task's own promise, which may continue after the attempt was abandoned. */
  track(work: Promise<unknown>): void {
    this.#work = work.then(
      () => {
        this.#isWorking = false;
      },
      () => {
        this.#isWorking = false;
      },
    );
    this.#isWorking = true;
  }

  get isWorking(): boolean {
    return this.#isWorking;
  }

  /** Resolves once the task's own promise has settled. */
  async whenWorkEnds(): Promise<void> {
    await this.#work;
  }

  get meter(): AttemptMeter {
    return this.#meter;
  }

  readonly log: TaskLog = {
    debug: (message, facts) => this.#write('debug', message, facts),
    info: (message, facts) => this.#write('info', message, facts),
    warn: (message, facts) => this.#write('warn', message, facts),
    error: (message, facts) => this.#write('error', message, facts),
  };

  readonly addToMeter: TaskContext<unknown>['meter'] = (amounts) => {
    for (const amount of ['rowsIn', 'rowsOut', 'bytesIn', 'bytesOut'] as const) {
      const added = amounts[amount];
      if (added !== undefined) this.#meter[amount] = (this.#meter[amount] ?? 0) + added;
    }
  };

  readonly setProgress = (progress: Progress): void => {
    this.#progress = progress;
    this.#flushSoon();
  };

  /** Writes the remaining lines. Resolves when they are in the database, or when writing has failed and was logged. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#flush();
    await this.#writing;
  }

  #write(level: TaskLogLevel, message: string, facts: JsonObject | undefined): void {
    const { dagId, runId, taskId, attemptNumber } = this.#claimed;
    const line = {
      at: this.#engine.clock.now(),
      level,
      message: cleanText(message),
      facts: cleanFacts(facts),
    };
    this.#engine.log[level](line.message, { dagId, runId, taskId, attempt: attemptNumber, ...line.facts });
    this.#lines.push(line);
    this.#flushSoon();
  }

  #flushSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#flush();
    }, FLUSH_AFTER_MS);
  }

  #flush(): void {
    const lines = this.#lines;
    const progress = this.#progress;
    if (lines.length === 0 && progress === null) return;
    this.#lines = [];
    this.#progress = null;
    this.#writing = this.#writing.then(() => this.#save(lines, progress));
  }

  /** Writes lines and progress. A failure must not fail the task, so it is only written to the log of the process. */
  async #save(lines: readonly TaskLogLine[], progress: Progress | null): Promise<void> {
    try {
      await appendLog(this.#engine.pool, this.#claimed, lines);
      if (progress !== null) await saveProgress(this.#engine.pool, this.#claimed, { ...progress });
    } catch (error) {
      this.#engine.log.warn('log lines of an attempt were not stored', {
        lines: lines.length,
        error: String(error),
      });
    }
  }
}

function cleanFacts(facts: JsonObject | undefined): JsonObject | null {
  if (facts === undefined) return null;
  const text = JSON.stringify(facts);
  return text.includes('\\u0000') || !text.isWellFormed() ? { facts: cleanText(text) } : facts;
}
