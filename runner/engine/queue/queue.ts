/** Runs graphile-worker; no other file uses it. Jobs come in, and the handlers look at the rows they name. */
import { Logger, makeWorkerUtils, type Runner, run, type Task, type TaskList } from 'graphile-worker';
import type { Pool } from 'pg';
import type { Log } from '../../log.ts';
import { ALERT_JOB, HEARTBEAT_JOB, SCHEDULE_JOB, WORK_JOB } from '../../store/queue/job.ts';
import { createQueuePool } from './pool.ts';

export interface QueueHandlers {
  work(job: { readonly taskInstanceId: number; readonly token: number }): Promise<void>;
  schedule(dagId: string): Promise<void>;
  /** Sends the pings that are due for a DAG. */
  heartbeat(dagId: string): Promise<void>;
  /** Sends what is due on a channel; null for a worker that leaves those jobs to others. */
  readonly alert: ((channel: string) => Promise<void>) | null;
}

export interface QueueOptions {
  readonly databaseUrl: string;
  readonly concurrency: number;
  readonly handlers: QueueHandlers;
  readonly log: Log;
}

/** The interval at which jobs with a future `run_at` are polled; new jobs are announced by NOTIFY. */
const POLL_INTERVAL_MS = 1_000;
const RESTART_DELAY_MS = 1_000;

/** Installs or upgrades the queue's own schema. */
export async function migrateQueue(databaseUrl: string, log: Log): Promise<void> {
  const utils = await makeWorkerUtils({ connectionString: databaseUrl, logger: queueLogger(log) });
  try {
    await utils.migrate();
  } finally {
    await utils.release();
  }
}

/** Takes jobs until it is stopped. It restarts by itself if the queue's own connection fails for good. */
export class Queue {
  readonly #options: QueueOptions;
  #runner: Runner | null = null;
  #isStopping = false;
  #wakeRestart: () => void = () => {};
  #loop: Promise<void>;

  private constructor(options: QueueOptions, first: Runner) {
    this.#options = options;
    this.#loop = this.#keepRunning(first);
  }

  static async start(options: QueueOptions): Promise<Queue> {
    return new Queue(options, await startRunner(options));
  }

  /** Stops taking jobs; resolves when the running ones are done. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#wakeRestart();
    await this.#runner?.stop().catch((error: unknown) => {
      this.#options.log.warn('the queue did not stop cleanly', { error: String(error) });
    });
    await this.#loop;
  }

  async #keepRunning(first: Runner): Promise<void> {
    this.#runner = first;
    while (!this.#isStopping) {
      try {
        await (this.#runner ?? (await this.#restart()))?.promise;
      } catch (error) {
        if (!this.#isStopping)
          this.#options.log.warn('the queue failed and is started again', { error: String(error) });
      }
      this.#runner = null;
      if (!this.#isStopping) await this.#restartDelay();
    }
  }

  async #restart(): Promise<Runner | null> {
    const runner = await startRunner(this.#options);
    this.#runner = runner;
    if (this.#isStopping) await runner.stop();
    return runner;
  }

  #restartDelay(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, RESTART_DELAY_MS);
      this.#wakeRestart = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Starts graphile-worker on sessions of its own, which are closed with it. */
async function startRunner(options: QueueOptions): Promise<Runner> {
  const { databaseUrl, concurrency, log } = options;
  const pool = createQueuePool(databaseUrl, { max: concurrency + 3, log });
  try {
    const runner = await runOn(pool, options);
    const end = () => void pool.end();
    runner.promise.then(end, end);
    return runner;
  } catch (error) {
    await pool.end();
    throw error;
  }
}

function runOn(pgPool: Pool, options: QueueOptions): Promise<Runner> {
  const { concurrency, handlers, log } = options;
  return run({
    pgPool,
    concurrency,
    noHandleSignals: true,
    // The runner has its own schedules, in civil time; without this, graphile-worker looks for a crontab file.
    parsedCronItems: [],
    pollInterval: POLL_INTERVAL_MS,
    logger: queueLogger(log),
    taskList: {
      [WORK_JOB]: async (payload) => {
        const job = workTargetOf(payload);
        if (job === null)
          log.warn('a job of the queue names no task and is dropped', { payload: JSON.stringify(payload) });
        else await handlers.work(job);
      },
      [SCHEDULE_JOB]: forDag(log, (dagId) => handlers.schedule(dagId)),
      [HEARTBEAT_JOB]: forDag(log, (dagId) => handlers.heartbeat(dagId)),
      ...alertTask(options),
    },
  });
}

function forDag(log: Log, handle: (dagId: string) => Promise<void>): Task {
  return async (payload) => {
    const dagId = isRecord(payload) && typeof payload.dag_id === 'string' ? payload.dag_id : null;
    if (dagId === null)
      log.warn('a job of the queue names no DAG and is dropped', { payload: JSON.stringify(payload) });
    else await handle(dagId);
  };
}

/** A kind of job that a worker does not know stays in the queue. */
function alertTask({ handlers: { alert }, log }: QueueOptions): TaskList {
  if (alert === null) return {};
  return {
    [ALERT_JOB]: async (payload) => {
      const channel = isRecord(payload) && typeof payload.channel === 'string' ? payload.channel : null;
      if (channel === null)
        log.warn('a job of the queue names no channel and is dropped', { payload: JSON.stringify(payload) });
      else await alert(channel);
    },
  };
}

/**
 * Returns the target of a job's payload; null if it is not valid. The payload is not trusted, as anyone who can write
 * to the queue's table can write one.
 */
function workTargetOf(payload: unknown): { taskInstanceId: number; token: number } | null {
  if (!isRecord(payload)) return null;
  const { id, token } = payload;
  return Number.isSafeInteger(id) && Number.isSafeInteger(token)
    ? { taskInstanceId: Number(id), token: Number(token) }
    : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function queueLogger(log: Log): Logger {
  return new Logger(() => (level, message, meta) => {
    const facts = meta?.error === undefined ? {} : { error: String(meta.error) };
    if (level === 'error') log.error(message, facts);
    else if (level === 'warning') log.warn(message, facts);
    else log.debug(message, facts);
  });
}
