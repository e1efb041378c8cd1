/** Starts, directs, kills and replaces the worker processes of a campaign. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Failpoint } from '../../../runner/testing.ts';
import type { WorkerProcessOptions } from '../../support/engine/worker_process.ts';
import type { Acknowledged, DeathByTask, UnexplainedEnd } from '../verify/facts.ts';
import { CHANNELS } from './receiver.ts';
import { readLogLine } from './worker_log.ts';

/** The campaign's action on a process, to distinguish ends that it caused from others. */
export type FaultState = 'living' | 'killed' | 'draining';

export interface FleetWorker {
  readonly pid: number;
  /** The id at its start; a worker that loses its lease takes another. */
  readonly workerId: number;
  /** Whether it is behind the proxy that can fall silent. */
  readonly isFar: boolean;
  readonly clockShiftMs: number;
  faultState: FaultState;
  /** Whether some of its connections never answer, which it only notices when it waits for one. */
  isHalfOpen: boolean;
  isStopped: boolean;
  /** The failpoint at which it shall die. */
  armed: string | null;
  /** Resolves to its exit code or signal. */
  readonly ended: Promise<number | NodeJS.Signals>;
  signal(name: NodeJS.Signals): void;
  arm(at: { readonly point: Failpoint; readonly pass: number; readonly action: 'die' | 'stop' }): void;
  /**
   * Disarms the failpoint and waits for confirmation, since it may still die until then.
   * @returns whether it lives
   */
  disarm(): Promise<boolean>;
}

export interface FleetOptions {
  readonly size: number;
  readonly url: string;
  /** The URL of the same database through the proxy. */
  readonly farUrl: string;
  readonly leaseMs: number;
  readonly graceMs: number;
  readonly concurrency: number;
  /** The addresses to which alerts are sent: the channel variables of each worker. */
  readonly channels: Readonly<Record<string, string>>;
  /** The folder of the workers' logs, one file each. */
  readonly logDir: string;
}

/** Small, so that a task can exhaust it quickly. */
const HEAP_MB = 192;

/** The signals by which a task ends its process. */
const DEADLY_SIGNALS: readonly unknown[] = ['SIGSEGV', 'SIGABRT'];

const KEPT_LINES = 30;
const MOST_TRIES = 20;

export class Fleet implements AsyncDisposable {
  readonly acknowledged: Acknowledged[] = [];
  readonly unexplainedEnds: UnexplainedEnd[] = [];
  readonly deathsByTask: DeathByTask[] = [];
  /** Whether the load has had tasks that end their process. */
  hasDeadlyTasks = false;
  /** Lines of the workers' logs that name a deadlock or a serialization failure. */
  readonly conflictLines: string[] = [];
  readonly #options: FleetOptions;
  readonly #workers = new Set<FleetWorker>();
  readonly #children = new Set<ChildProcess>();
  #isClosing = false;

  constructor(options: FleetOptions) {
    this.#options = options;
    process.on('exit', this.#killAll);
  }

  /** Workers under no fault, or under one from which they recover. */
  get living(): readonly FleetWorker[] {
    return [...this.#workers].filter(({ faultState }) => faultState === 'living');
  }

  /** Living workers that are neither stopped nor about to die. */
  get unharmed(): readonly FleetWorker[] {
    return this.living.filter(({ isStopped, armed }) => !isStopped && armed === null);
  }

  get far(): FleetWorker | null {
    return this.living.find(({ isFar }) => isFar) ?? null;
  }

  /**
   * Starts the missing workers; one of them is the far one. A worker that cannot start is started again, as a process
   * manager would.
   *
   * @throws the last reason, if none has started for a while
   */
  async fill(): Promise<void> {
    for (let tries = 1; this.living.length < this.#options.size; tries += 1) {
      const missing = this.#options.size - this.living.length;
      const hasFar = this.far !== null;
      const starts = await Promise.allSettled(
        Array.from({ length: missing }, (_, index) => this.start({ isFar: index === 0 && !hasFar })),
      );
      const failed = starts.find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected' && tries === MOST_TRIES) throw failed.reason;
    }
  }

  async start({
    isFar = false,
    clockShiftMs = 0,
  }: {
    isFar?: boolean;
    clockShiftMs?: number;
  } = {}): Promise<FleetWorker> {
    const { url, farUrl, leaseMs, graceMs, concurrency, channels } = this.#options;
    const options: WorkerProcessOptions = {
      url: isFar ? farUrl : url,
      // Only the engine's connection falls silent; how long a task waits for its destination is up to the task.
      effectsUrl: url,
      tasksDir: path.join(import.meta.dirname, '../tasks'),
      logLevel: 'debug',
      isDirected: true,
      alertsTo: CHANNELS,
      channels,
      deliveryLeaseMs: leaseMs * 2,
      ...{ concurrency, leaseMs, graceMs },
    };
    const shift = clockShiftMs === 0 ? [] : ['--import', path.join(import.meta.dirname, 'clock_shift.ts')];
    const program = path.join(import.meta.dirname, '../../support/engine/worker_process.ts');
    const child = spawn(
      process.execPath,
      [`--max-old-space-size=${HEAP_MB}`, ...shift, program, JSON.stringify(options)],
      {
        env: { ...process.env, CHAOS_CLOCK_SHIFT_MS: `${clockShiftMs}` },
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    );
    this.#children.add(child);
    // A message to a process that has just died is lost.
    child.stdin.on('error', () => undefined);
    const lines: string[] = [];
    const pid = child.pid ?? 0;
    child.stderr.pipe(createWriteStream(path.join(this.#options.logDir, `${pid}.log`)));
    createInterface(child.stderr).on('line', (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      this.#take(pid, line);
    });
    const ended = once(child, 'close').then(([code, signal]) => code ?? signal);
    const answers = createInterface(child.stdout);
    const [first] = await Promise.race([
      once(answers, 'line'),
      ended.then((end): never => {
        throw new Error(`a worker ended with ${end} before it took work: ${lines.join('\n')}`);
      }),
    ]);
    const worker: FleetWorker = {
      ...{ pid, isFar, clockShiftMs, ended },
      workerId: Number(first),
      faultState: 'living',
      isHalfOpen: false,
      isStopped: false,
      armed: null,
      signal: (name) => child.kill(name),
      arm(at) {
        worker.armed = `${at.point}:${at.pass}${at.action === 'stop' ? ':stop' : ''}`;
        child.stdin.write(`${worker.armed}\n`);
      },
      async disarm() {
        const { promise: disarmed, resolve } = Promise.withResolvers<boolean>();
        const onAnswer = (line: string) => line === 'armed ' && resolve(true);
        answers.on('line', onAnswer);
        child.stdin.write('\n');
        const lives = await Promise.race([disarmed, ended.then(() => false)]);
        answers.off('line', onAnswer);
        if (lives) worker.armed = null;
        return lives;
      },
    };
    this.#workers.add(worker);
    void ended.then((end) => {
      this.#workers.delete(worker);
      this.#children.delete(child);
      const wasArmed = worker.armed !== null && end === 'SIGKILL';
      const isDeathByTask = this.hasDeadlyTasks && DEADLY_SIGNALS.includes(end);
      if (isDeathByTask) this.deathsByTask.push({ pid, at: Temporal.Now.instant() });
      else if (!this.#isClosing && worker.faultState === 'living' && !wasArmed)
        this.unexplainedEnds.push({ pid, end, lastLines: lines });
    });
    return worker;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    const ends = [...this.#workers].map(({ ended }) => ended);
    this.#killAll();
    process.off('exit', this.#killAll);
    await Promise.all(ends);
  }

  /** Also runs when the campaign is interrupted: a stopped worker would not notice the end of its parent. */
  readonly #killAll = (): void => {
    for (const child of this.#children) child.kill('SIGKILL');
  };

  #take(pid: number, line: string): void {
    const read = readLogLine(line);
    if (read.kind === 'acknowledged') this.acknowledged.push({ ...read.attempt, pid });
    if (read.kind === 'conflict') this.conflictLines.push(line);
  }
}
