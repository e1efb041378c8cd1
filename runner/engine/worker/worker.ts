import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Environment } from '../../connections/connection_config.ts';
import { createPool, isDatabaseAway } from '../../connections/postgres/connect.ts';
import { errorFacts } from '../../core/value/error_text.ts';
import type { Log } from '../../log.ts';
import { LEASE_MS, markWorkerStopped, registerWorker, takeBackDeath } from '../../store/worker/worker.ts';
import { DatabaseClock } from '../clock.ts';
import type { TaskTypes } from '../dags/task_types.ts';
import { DagVersions } from '../dags/versions.ts';
import { DagWatch } from '../dags/watch.ts';
import type { Engine } from '../engine.ts';
import { Queue } from '../queue/queue.ts';
import { untilDatabaseAnswers } from '../retry_unavailable.ts';
import { scheduleDag } from '../schedule/schedule_dag.ts';
import { Reconciler } from '../sweep/reconciler.ts';
import { SWEEP_MS, sweep } from '../sweep/sweep.ts';
import { ConnectionPools } from './connection_pools.ts';
import { Slots } from './executor.ts';
import { Grace } from './grace.ts';
import { Heartbeat } from './heartbeat.ts';
import { WorkInHand } from './in_flight.ts';
import { RunningAttempts } from './running_attempts.ts';
import { watchStrays } from './stray_errors.ts';

export interface WorkerOptions {
  readonly databaseUrl: string;
  readonly taskTypes: TaskTypes;
  /** Where `file:` locations begin. */
  readonly projectDir: string;
  /** The DAG files to keep in force; null for a worker that only works. */
  readonly dagsDir: string | null;
  /** Names the connections of the tasks. */
  readonly env: Environment;
  /** Task instances at once. */
  readonly concurrency: number;
  readonly codeVersion: string;
  readonly log: Log;
  /** Whether the process is this worker's own, to be ended with one sentence when it cannot go on; left alone by default. */
  readonly process?: 'own' | 'shared';
  /** How long the event loop may stand still before the lease is given up; 10 s unless a test is in a hurry. */
  readonly stallMs?: number;
  /** How long its tasks stay its own when it falls silent; 10 s unless a test is in a hurry. */
  readonly leaseMs?: number;
  /** How long a slot follows what its tasks make ready before what waits in the queue has its turn; 5 s likewise. */
  readonly turnMs?: number;
}

/** How long tasks may go on after the worker was told to stop; then they are aborted and handed over. */
const DEFAULT_GRACE_MS = 20_000;

/** After the grace time: for tasks to notice their signal, and for the database to take what they have come to. */
const HAND_OVER_MS = 10_000;

/** A loop that computes for so long lets nothing else of its worker live. */
const STALL_MS = 10_000;

/** A database that does not answer keeps no process from ending. */
const SIGN_OFF_MS = 2_000;

/** The engine's own statements take milliseconds, but for a lock that someone holds. */
const STATEMENT_TIMEOUT_MS = 10_000;

/** One worker process: takes hints, works task instances, keeps its lease, and looks after what others dropped. */
export class Worker implements AsyncDisposable {
  readonly #options: WorkerOptions;
  readonly #pool: Pool;
  readonly #engine: Engine;
  readonly #running = new RunningAttempts();
  readonly #inHand = new WorkInHand();
  readonly #slots: Slots;
  readonly #reconciler: Reconciler;
  readonly #dagWatch: DagWatch | null;
  readonly #stopping = new AbortController();
  readonly #grace = new Grace();
  #workerId: number;
  #heartbeat: Heartbeat;
  #queue: Queue | null = null;
  #upkeep: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | null = null;
  #strays: Disposable | null = null;
  #isEnding = false;

  private constructor(options: WorkerOptions, pool: Pool, clock: DatabaseClock, workerId: number) {
    this.#options = options;
    this.#pool = pool;
    this.#workerId = workerId;
    this.#engine = {
      pool,
      versions: new DagVersions(pool),
      taskTypes: options.taskTypes,
      connections: new ConnectionPools(options.env, options.log),
      clock,
      log: options.log,
      env: options.env,
      projectDir: options.projectDir,
      isolation: { databaseUrl: options.databaseUrl, stallMs: options.stallMs ?? STALL_MS },
      workerId: () => this.#workerId,
      actor: { actor: `worker ${workerId}@${hostname()}`, channel: 'worker' },
    };
    this.#slots = new Slots(this.#engine, this.#running, {
      stopping: this.#stopping.signal,
      turnMs: options.turnMs,
    });
    this.#reconciler = new Reconciler(this.#engine, this.#running);
    this.#dagWatch = options.dagsDir === null ? null : new DagWatch(options.dagsDir, options.taskTypes);
    this.#heartbeat = this.#startHeartbeat();
  }

  static async start(options: WorkerOptions): Promise<Worker> {
    const pool = createPool(options.databaseUrl, {
      applicationName: 'stockflow worker',
      max: options.concurrency + 4,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
      pipeline: true,
      // Who freezes with the lock of a run in hand must lose it before others are to take its tasks over.
      idleInTransactionTimeoutMs: (options.leaseMs ?? LEASE_MS) / 2,
      onIdleError: (error) => options.log.debug('an idle session broke', { error: error.message }),
    });
    let worker: Worker;
    try {
      worker = new Worker(options, pool, await DatabaseClock.read(pool), await register(pool, options));
    } catch (error) {
      await pool.end();
      throw error;
    }
    try {
      await worker.#begin();
      return worker;
    } catch (error) {
      await worker.stop(0);
      throw error;
    }
  }

  get engine(): Engine {
    return this.#engine;
  }

  /**
   * Drains: takes no more hints, lets tasks end within the grace time, then aborts them and hands them over. Called once
   * more, it can shorten the grace time.
   */
  stop(graceMs: number = DEFAULT_GRACE_MS): Promise<void> {
    this.#grace.endWithin(graceMs);
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #begin(): Promise<void> {
    const { databaseUrl, concurrency, log } = this.#options;
    this.#strays = watchStrays((error) => void this.#endBy(error));
    await this.#readDags();
    this.#queue = await Queue.start({
      databaseUrl,
      concurrency,
      log,
      handlers: {
        work: (hint) => this.#inHand.add(this.#slots.work(hint)),
        schedule: (dagId) => scheduleDag(this.#pool, this.#engine.versions, dagId),
      },
    });
    this.#upkeep = this.#keepUp();
    log.info('worker started', { workerId: this.#workerId, concurrency });
  }

  async #keepUp(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#reconciler.reconcile(this.#workerId);
        await sweep(this.#engine);
        await this.#readDags();
      } catch (error) {
        const message = isDatabaseAway(error) ? 'the database is unavailable' : 'maintenance failed';
        this.#options.log.warn(message, { error: String(error) });
      }
      await pause(SWEEP_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #readDags(): Promise<void> {
    await this.#dagWatch?.look(this.#pool, this.#engine.actor.actor, this.#options.log);
  }

  /** Another worker may already be working what this one runs, so it is all given up; then it begins anew. */
  async #loseLease(): Promise<void> {
    const { log } = this.#options;
    log.error('the lease was lost: this worker stops its tasks and registers again', {
      workerId: this.#workerId,
    });
    this.#running.supersedeAll('the lease of this worker was lost');
    await this.#heartbeat[Symbol.asyncDispose]();
    if (this.#stopping.signal.aborted) return;
    const lostId = this.#workerId;
    this.#workerId = await untilDatabaseAnswers(log, () => register(this.#pool, this.#options));
    this.#heartbeat = this.#startHeartbeat();
    await untilDatabaseAnswers(log, () => takeBackDeath(this.#pool, lostId));
  }

  #startHeartbeat(): Heartbeat {
    const { databaseUrl, log, leaseMs = LEASE_MS } = this.#options;
    const { stallMs = STALL_MS, process: owned = 'shared' } = this.#options;
    const stalledProcess = owned === 'own' ? 'end' : 'leave';
    return new Heartbeat(
      { databaseUrl, workerId: this.#workerId, leaseMs, stallMs, stalledProcess },
      log,
      () => void this.#loseLease(),
    );
  }

  /** An error that belongs to no task: the worker gives back what it can, says one sentence, and ends its process. */
  async #endBy(error: unknown): Promise<void> {
    const { log, process: owned = 'shared' } = this.#options;
    const { errorText } = errorFacts(error);
    if (owned === 'shared')
      return log.error('an error belongs to no task of this worker', { error: errorText });
    // Its last words fail in turn where nobody reads them.
    if (this.#isEnding) return;
    this.#isEnding = true;
    const stack = process.env.STOCKFLOW_DEBUG && error instanceof Error ? `${error.stack}\n` : '';
    process.stderr.write(
      `worker ${this.#workerId} ends: ${errorText}. Its tasks start elsewhere, or here once it is started again; a supervisor ` +
        `does that. STOCKFLOW_DEBUG=1 shows where it happened.\n${stack}`,
    );
    await isSettledWithin(this.stop(0), HAND_OVER_MS);
    process.exit(1);
  }

  async #stop(): Promise<void> {
    const { log } = this.#options;
    this.#stopping.abort();
    const handOver = this.#handOver();
    const afterGrace = this.#grace.over.then(() => {
      log.warn('the grace time is over; running tasks are handed over', { running: this.#running.size });
      this.#running.close('the worker was stopped');
      return isSettledWithin(handOver, HAND_OVER_MS);
    });
    const isHandedOver = await Promise.race([handOver.then(() => true), afterGrace]);
    this.#grace[Symbol.dispose]();
    if (!isHandedOver)
      log.error('tasks could not be handed over; the lease will expire', { running: this.#running.size });
    await this.#heartbeat[Symbol.asyncDispose]();
    const isSignedOff = await isSettledWithin(this.#signOff(), SIGN_OFF_MS);
    if (!isSignedOff) log.warn('the worker could not deregister in time; its lease will expire');
    // What a silent database still holds would be waited for; it ends with the process.
    if (isHandedOver && isSignedOff) {
      await this.#engine.connections[Symbol.asyncDispose]();
      await this.#pool.end();
    }
    this.#strays?.[Symbol.dispose]();
    log.info('worker stopped', { workerId: this.#workerId });
  }

  /** Sees everything to its end, and gives back what only the table has running here. */
  async #handOver(): Promise<void> {
    await this.#queue?.stop();
    await this.#inHand.whenEmpty();
    await this.#upkeep;
    await this.#reconciler.handBackAll(this.#workerId).catch((error: unknown) => {
      this.#options.log.warn('lost claims could not be handed over; the lease will expire', {
        error: String(error),
      });
    });
  }

  async #signOff(): Promise<void> {
    await markWorkerStopped(this.#pool, this.#workerId).catch((error: unknown) => {
      this.#options.log.warn('the worker could not deregister; its lease will expire', {
        error: String(error),
      });
    });
  }
}

async function isSettledWithin(work: Promise<unknown>, limitMs: number): Promise<boolean> {
  const done = new AbortController();
  const limit = pause(limitMs, false, { signal: done.signal }).catch(() => true);
  return await Promise.race([work.then(() => true), limit]).finally(() => done.abort());
}

async function register(
  pool: Pool,
  { codeVersion, concurrency, leaseMs = LEASE_MS }: WorkerOptions,
): Promise<number> {
  return await registerWorker(
    pool,
    { host: hostname(), pid: process.pid, codeVersion, concurrency },
    leaseMs,
  );
}
