import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { createPool, scratchOn } from '../../connections/postgres/connect.ts';
import { errorFacts } from '../../core/value/error_text.ts';
import type { SchemaMismatch } from '../../store/schema/schema_mismatch.ts';
import { LEASE_MS, withdrawCrashes } from '../../store/worker/worker.ts';
import { sendJob } from '../alerts/send_job.ts';
import { AlertUpkeep } from '../alerts/upkeep.ts';
import { DatabaseClock } from '../clock.ts';
import { DagVersions } from '../dags/versions.ts';
import { DagWatch } from '../dags/watch.ts';
import type { Engine } from '../engine.ts';
import { openFeeds } from '../feed/open_feeds.ts';
import { sendDuePings } from '../heartbeats/pinger.ts';
import { Queue } from '../queue/queue.ts';
import { retryWhileDatabaseUnavailable } from '../retry_unavailable.ts';
import { scheduleDag } from '../schedule/schedule_dag.ts';
import { Reconciler } from '../sweep/reconciler.ts';
import { SWEEP_MS, sweep } from '../sweep/sweep.ts';
import { openTracing } from '../tracing/tracing.ts';
import { ConnectionPools } from './connection_pools.ts';
import { Executor } from './executor.ts';
import { Grace } from './grace.ts';
import { Heartbeat } from './heartbeat.ts';
import { InFlight } from './in_flight.ts';
import { OutageGrace } from './outage_grace.ts';
import { Registration } from './registration.ts';
import { RunningAttempts } from './running_attempts.ts';
import { isSettledWithin } from './settled_within.ts';
import { watchStrays } from './stray_errors.ts';
import type { WorkerOptions } from './worker_options.ts';

/** The time in ms that tasks may continue after the worker was asked to stop; then they are aborted and handed over. */
const DEFAULT_GRACE_MS = 20_000;

/** The time in ms after the grace time in which tasks react to their signal and the database accepts their results. */
const HAND_OVER_MS = 10_000;

/** The default of `stallMs`: nothing else of the worker can run during such a loop. */
const STALL_MS = 10_000;

/** The time in ms for deregistering, so that a database without an answer does not keep the process from ending. */
const DEREGISTER_MS = 2_000;

/** The time in ms in which traces and lineage of the last tasks are sent; what is left, other workers send. */
const FEEDS_END_MS = 4_000;

/** The statement timeout. The engine's own statements take milliseconds, unless they wait for a lock. */
const STATEMENT_TIMEOUT_MS = 10_000;

/** The parts of a worker that are opened before it. */
type WorkerParts = Pick<Engine, 'pool' | 'clock' | 'tracing'> & {
  readonly registration: Registration;
  readonly workerId: number;
};

/** A worker process: takes jobs, runs task instances, keeps its lease, and sweeps up after dead workers. */
export class Worker implements AsyncDisposable {
  readonly #options: WorkerOptions;
  readonly #pool: Pool;
  readonly #engine: Engine;
  readonly #running = new RunningAttempts();
  readonly #inFlight = new InFlight();
  readonly #executor: Executor;
  readonly #reconciler: Reconciler;
  readonly #dagWatch: DagWatch | null;
  readonly #alertUpkeep: AlertUpkeep;
  readonly #stopping = new AbortController();
  readonly #grace = new Grace();
  readonly #registration: Registration;
  #workerId: number;
  #heartbeat: Heartbeat;
  #queue: Queue | null = null;
  #upkeep: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | null = null;
  #strays: Disposable | null = null;
  #feeds: readonly AsyncDisposable[] = [];
  #isEnding = false;

  private constructor(options: WorkerOptions, { pool, clock, tracing, registration, workerId }: WorkerParts) {
    this.#options = options;
    this.#pool = pool;
    this.#workerId = workerId;
    this.#registration = registration;
    this.#engine = {
      pool,
      versions: new DagVersions(pool, options.alertsTo),
      taskTypes: options.taskTypes,
      connections: new ConnectionPools(options.env, options.log),
      clock,
      log: options.log,
      env: options.env,
      projectDir: options.projectDir,
      scratch: (work) => scratchOn(options.databaseUrl, work),
      isolation: { databaseUrl: options.databaseUrl, stallMs: options.stallMs ?? STALL_MS },
      workerId: () => this.#workerId,
      actor: { actor: `worker ${workerId}@${hostname()}`, channel: 'worker' },
      tracing,
    };
    this.#executor = new Executor(this.#engine, this.#running, {
      stopping: this.#stopping.signal,
      turnMs: options.turnMs,
    });
    this.#reconciler = new Reconciler(this.#engine, this.#running);
    this.#alertUpkeep = new AlertUpkeep(pool, this.#engine.versions);
    this.#dagWatch = options.dagsDir === null ? null : new DagWatch(options.dagsDir, options.taskTypes);
    this.#heartbeat = this.#startHeartbeat();
  }

  static async start(options: WorkerOptions): Promise<Worker> {
    const pool = createPool(options.databaseUrl, {
      applicationName: 'stockflow worker',
      max: options.concurrency + 4,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
      pipeline: true,
      // A worker that freezes while it holds the lock of a run must lose the lock before others take over its tasks.
      idleInTransactionTimeoutMs: (options.leaseMs ?? LEASE_MS) / 2,
      onIdleError: (error) => options.log.debug('an idle session broke', { error: error.message }),
    });
    const registration = new Registration(pool, options);
    let worker: Worker;
    try {
      await registration.refuseMismatch();
      const clock = await DatabaseClock.read(pool);
      const tracing = await openTracing({ pool, clock, env: options.env, log: options.log });
      const workerId = await registration.register();
      worker = new Worker(options, { pool, clock, tracing, registration, workerId });
    } catch (error) {
      await pool.end();
      throw error;
    }
    try {
      // A migration that was applied before it was registered did not wait for it.
      await registration.refuseMismatch();
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

  /** Resolves when the schema of the database has become one that does not fit this code; the worker drains then. */
  get unfit(): Promise<SchemaMismatch> {
    return this.#registration.unfit;
  }

  /**
   * Drains the worker: it takes no more jobs, lets tasks end within the grace time, then aborts them and hands them
   * over. A second call can shorten the grace time.
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
    const { databaseUrl, concurrency, log, alertSender: sender } = this.#options;
    this.#strays = watchStrays((error) => void this.#endBy(error));
    await this.#readDags();
    this.#feeds = openFeeds(this.#engine);
    this.#queue = await Queue.start({
      databaseUrl,
      concurrency,
      log,
      handlers: {
        work: (job) => this.#inFlight.add(this.#executor.work(job)),
        schedule: (dagId) => scheduleDag(this.#pool, this.#engine.versions, dagId),
        heartbeat: (dagId) => sendDuePings(this.#engine, dagId, this.#stopping.signal),
        alert:
          sender === undefined
            ? null
            : sendJob(sender, { log, inFlight: this.#inFlight, signal: this.#stopping.signal }),
      },
    });
    this.#upkeep = this.#keepUp();
    log.info('worker started', { workerId: this.#workerId, concurrency });
  }

  async #keepUp(): Promise<void> {
    const grace = new OutageGrace(this.#options, performance.now());
    while (!this.#stopping.signal.aborted) {
      try {
        // First: the statements after it would fail, or do what is no longer right.
        if (!(await this.#registration.checkSchema(this.#workerId))) return void this.stop();
        await this.#reconciler.reconcile(this.#workerId);
        await sweep(this.#engine, grace.answered(performance.now()));
        await this.#readDags();
        await this.#alertUpkeep.run();
      } catch (error) {
        grace.failed(error);
      }
      await pause(SWEEP_MS, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
  }

  async #readDags(): Promise<void> {
    await this.#dagWatch?.check(this.#pool, this.#engine.actor.actor, this.#options.log);
  }

  /**
   * Handles a lost lease: another worker may already run these tasks, so all are aborted and the worker registers
   * again.
   */
  async #loseLease(): Promise<void> {
    const { log } = this.#options;
    log.error('the lease was lost: this worker stops its tasks and registers again', {
      workerId: this.#workerId,
    });
    this.#running.supersedeAll('the lease of this worker was lost');
    await this.#heartbeat[Symbol.asyncDispose]();
    if (this.#stopping.signal.aborted) return;
    const lostId = this.#workerId;
    this.#workerId = await retryWhileDatabaseUnavailable(log, () => this.#registration.register());
    this.#heartbeat = this.#startHeartbeat();
    await retryWhileDatabaseUnavailable(log, () => withdrawCrashes(this.#pool, lostId));
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

  /**
   * Handles an error that belongs to no task: the worker releases what it can, prints one sentence, and ends its
   * process.
   */
  async #endBy(error: unknown): Promise<void> {
    const { log, process: owned = 'shared' } = this.#options;
    const { errorText } = errorFacts(error);
    if (owned === 'shared')
      return log.error('an error belongs to no task of this worker', { error: errorText });
    // Writing to stderr fails in turn if nobody reads it.
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
    const feedsEnded = Promise.all(this.#feeds.map((feed) => feed[Symbol.asyncDispose]()));
    await isSettledWithin(feedsEnded, FEEDS_END_MS);
    await this.#heartbeat[Symbol.asyncDispose]();
    const deregistered = this.#registration.deregister(this.#workerId);
    const isDeregistered = await isSettledWithin(deregistered, DEREGISTER_MS);
    if (!isDeregistered) log.warn('the worker could not deregister in time; its lease will expire');
    // Closing the pool would wait for a database without an answer; the sessions end with the process.
    if (isHandedOver && isDeregistered) {
      await this.#engine.connections[Symbol.asyncDispose]();
      await this.#pool.end();
    }
    this.#strays?.[Symbol.dispose]();
    log.info('worker stopped', { workerId: this.#workerId });
  }

  /** Waits for everything to end, and releases the tasks that only the table assigns to this worker. */
  async #handOver(): Promise<void> {
    await this.#queue?.stop();
    await this.#inFlight.whenEmpty();
    await this.#upkeep;
    const { log } = this.#options;
    await this.#reconciler.releaseAll(this.#workerId).catch((error: unknown) => {
      log.warn('lost claims could not be handed over; the lease will expire', { error: String(error) });
    });
  }
}
