/**
 * Runs an attempt in a process of its own: starts it, passes on what it reports, and says what killed it if it died.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { ABORT_GRACE_MS, AttemptAborted } from '../attempt/abort.ts';
import type { AttemptInput, AttemptSink } from '../attempt/context.ts';
import type { Ending } from '../attempt/ending.ts';
import type { Engine } from '../engine.ts';
import { EventLoopWatch } from '../worker/event_loop_watch.ts';
import type { TakeStray } from '../worker/stray_errors.ts';
import type { Isolation } from './isolation.ts';
import { type FromProcess, fromProcess, type ToProcess } from './messages.ts';
import { processEndSentence } from './process_end.ts';

const PROGRAM = new URL(`./attempt_process${extname(import.meta.filename)}`, import.meta.url);

/** The number of characters kept of its stderr, to recognise an end by lack of memory. */
const STDERR_TAIL_CHARS = 4_000;

/** The time in ms that the process gets to end by itself after it has reported how its task ended. */
const LEAVE_WITHIN_MS = 2_000;

export interface IsolatedWork {
  readonly input: AttemptInput;
  readonly isolation: Isolation;
  readonly sink: AttemptSink;
  readonly signal: AbortSignal;
  readonly takeStray: TakeStray;
  /** The span of the attempt in W3C Trace Context; null without traces. */
  readonly traceparent: string | null;
}

/** Runs the attempt. Resolves once the process has ended, with how the task ended or with what killed the process. */
export async function workIsolated(engine: Engine, work: IsolatedWork): Promise<Ending> {
  const attempt = new IsolatedAttempt(engine, work);
  return await attempt.ended;
}

class IsolatedAttempt {
  readonly ended: Promise<Ending>;
  readonly #engine: Engine;
  readonly #work: IsolatedWork;
  readonly #child: ChildProcess;
  readonly #timers = new Set<NodeJS.Timeout>();
  #ending: Ending | null = null;
  #stderrTail = '';
  #turns = 0;
  #stoodStill = false;

  constructor(engine: Engine, work: IsolatedWork) {
    this.#engine = engine;
    this.#work = work;
    // A process group of its own: Ctrl-C is for the worker, which gives its tasks time, and the whole group can be
    // killed at the end.
    this.#child = fork(PROGRAM, { detached: true, stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
    this.ended = this.#follow();
  }

  async #follow(): Promise<Ending> {
    const child = this.#child;
    const { signal } = this.#work;
    const { promise: gone, resolve } = Promise.withResolvers<Ending>();
    child.stderr?.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk);
      this.#stderrTail = `${this.#stderrTail}${chunk}`.slice(-STDERR_TAIL_CHARS);
    });
    child.on('message', (message) => this.#take(message));
    child.on('error', (error) => resolve(this.#crash(`its process could not be started: ${error.message}`)));
    // Processes that the task has left would keep the pipes open and continue to work.
    child.once('exit', () => this.#kill());
    child.once('close', (exitCode, endSignal) =>
      resolve(
        this.#ending ??
          this.#crash(processEndSentence({ exitCode, signal: endSignal, stderrTail: this.#stderrTail })),
      ),
    );
    const onAbort = () => this.#abort();
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await gone;
    } finally {
      signal.removeEventListener('abort', onAbort);
      for (const timer of this.#timers) clearTimeout(timer);
    }
  }

  #take(message: unknown): void {
    const read = fromProcess.safeParse(message);
    if (read.success) this.#on(read.data);
  }

  #on(message: FromProcess): void {
    const { sink, takeStray } = this.#work;
    switch (message.kind) {
      case 'ready':
        this.#begin();
        break;
      case 'turn':
        this.#turns += 1;
        break;
      case 'log':
        sink.log[message.level](message.message, message.facts);
        break;
      case 'progress':
        sink.setProgress(message.progress);
        break;
      case 'meter':
        sink.addToMeter(message.amounts);
        break;
      case 'stray':
        takeStray(strayOf(message));
        break;
      case 'ended':
        this.#ending ??= message.ending;
        this.#timers.add(setTimeout(() => this.#kill(), LEAVE_WITHIN_MS));
        break;
    }
  }

  #begin(): void {
    const { env, projectDir, clock, actor, isolation } = this.#engine;
    const { input, isolation: own, traceparent } = this.#work;
    const set = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const isSuspect = own.because === 'suspected';
    this.#send({
      kind: 'work',
      file: own.file,
      type: own.type,
      input,
      databaseUrl: isolation.databaseUrl,
      env: Object.fromEntries(set),
      projectDir,
      actor: { actor: actor.actor, channel: 'worker' },
      now: clock.now(),
      traceparent,
      turnEveryMs: isSuspect ? isolation.stallMs / 10 : null,
    });
    if (isSuspect) this.#watchLoop(isolation.stallMs);
  }

  /**
   * Ends a suspected attempt whose event loop is blocked, as an endless loop may have killed its worker. A type that
   * requests a process may compute for as long as its timeout allows.
   */
  #watchLoop(stallMs: number): void {
    const watch = new EventLoopWatch(stallMs);
    const looking = setInterval(() => {
      if (!watch.isBlocked(this.#turns, performance.now())) return;
      this.#stoodStill = true;
      this.#kill();
    }, stallMs / 5);
    this.#timers.add(looking);
  }

  #abort(): void {
    const { reason } = this.#work.signal;
    const why = reason instanceof AttemptAborted ? reason.why : 'superseded';
    this.#send({ kind: 'abort', why, message: String(reason?.message ?? reason) });
    const { log } = this.#work.sink;
    const grace = setTimeout(() => {
      log.warn('its process was killed: it had not ended after its signal', { waited_ms: ABORT_GRACE_MS });
      this.#kill();
    }, ABORT_GRACE_MS);
    this.#timers.add(grace);
  }

  #send(message: ToProcess): void {
    // A process that is ending receives nothing more; its end is reported by `close`.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** Kills the process and every process that it has started. */
  #kill(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }

  #crash(sentence: string): Ending {
    const { input, isolation } = this.#work;
    const why = this.#stoodStill
      ? `its event loop stood still for ${Math.round(this.#engine.isolation.stallMs / 1000)} s`
      : sentence;
    const origin =
      isolation.because === 'suspected'
        ? ' (it ran in a process of its own, because its worker had died while it ran)'
        : '';
    const errorText = `${input.claimed.taskId}: ${why}${origin}`;
    const error = { errorClass: 'ProcessCrashed', errorText };
    return { kind: 'failed', error, isFinal: false, stack: null };
  }
}

function strayOf({ errorClass, message, stack }: Extract<FromProcess, { kind: 'stray' }>): Error {
  const error = new Error(message);
  error.name = errorClass;
  if (stack !== null) error.stack = stack;
  return error;
}
