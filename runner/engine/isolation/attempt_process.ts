/** The process of an isolated attempt. It gets its work from the worker that started it: see isolated_attempt.ts. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createPool } from '../../connections/postgres/connect.ts';
import { scratchOn } from '../../connections/postgres/scratch.ts';
import { errorFacts } from '../../core/value/error_text.ts';
import type { Log } from '../../log.ts';
import { LEASE_MS } from '../../store/worker/worker.ts';
import { AttemptAborted } from '../attempt/abort.ts';
import { type AttemptHost, type AttemptSink, contextOf, filesOf, paramsOf } from '../attempt/context.ts';
import { BY_TASK, type Ending, endingOfError, endingOfOutput, stackOf } from '../attempt/ending.ts';
import { DatabaseClock } from '../clock.ts';
import { loadTaskType } from '../dags/task_types.ts';
import { joinTrace } from '../tracing/join_trace.ts';
import { ConnectionPools } from '../worker/connection_pools.ts';
import { type FromProcess, type ToProcess, toProcess } from './messages.ts';

type Work = Extract<ToProcess, { kind: 'work' }>;

/** The number of database sessions: enough for one task's files, events and artifacts. */
const SESSIONS = 4;
const STATEMENT_TIMEOUT_MS = 10_000;

const controller = new AbortController();

function send(message: FromProcess): void {
  process.send?.(message);
}

const log: Log = {
  debug: (message, facts) => sendLog('debug', message, facts),
  info: (message, facts) => sendLog('info', message, facts),
  warn: (message, facts) => sendLog('warn', message, facts),
  error: (message, facts) => sendLog('error', message, facts),
};

function sendLog(level: keyof Log, message: string, facts: object | undefined): void {
  process.send?.({ kind: 'log', level, message, ...(facts === undefined ? {} : { facts }) });
}

const sink: AttemptSink = {
  log,
  addToMeter: (amounts) => send({ kind: 'meter', amounts }),
  setProgress: (progress) => send({ kind: 'progress', progress }),
};

function onStray(error: unknown): void {
  const { errorClass, errorText } = errorFacts(error, BY_TASK);
  send({ kind: 'stray', errorClass, message: errorText, stack: stackOf(error) });
}

async function work(order: Work): Promise<Ending> {
  const { file, type, input, traceparent } = order;
  const { signal } = controller;
  try {
    const host = hostOf(order);
    const taskType = await loadTaskType(file, type);
    await using joined = traceparent === null ? null : await joinTrace(host, traceparent);
    const trace = joined?.trace ?? null;
    await using files = filesOf(host, input, { log, signal, trace });
    const params = paramsOf(taskType, input);
    const context = contextOf(host, input, { params, files, signal, sink, trace });
    const ran = trace === null ? taskType.run(context) : trace.run(() => taskType.run(context));
    return endingOfOutput(input.claimed.taskId, await ran);
  } catch (error) {
    return endingOfError(error);
  }
}

/** Opens the sessions of this process. Its writes are fenced by the attempt's token like those of every process. */
function hostOf({ databaseUrl, env, projectDir, actor, now }: Work): AttemptHost {
  const clock = new DatabaseClock();
  clock.observe(now);
  const pool = createPool(databaseUrl, {
    applicationName: 'stockflow task',
    max: SESSIONS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    idleInTransactionTimeoutMs: LEASE_MS / 2,
    onIdleError: (error) => log.debug('an idle session broke', { error: error.message }),
  });
  const connections = new ConnectionPools(env, log);
  return {
    pool,
    connections,
    clock,
    env,
    projectDir,
    actor,
    log,
    scratch: (work) => scratchOn(databaseUrl, work),
  };
}

function endGroup(): void {
  process.kill(-process.pid, 'SIGKILL');
}

process.on('unhandledRejection', onStray);
process.on('uncaughtException', onStray);
// A service manager signals every process of the service; the worker decides how long its tasks may continue.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
// The worker is gone, and its tasks may already have started elsewhere.
process.on('disconnect', endGroup);
new Worker(new URL(`./orphan_watch${extname(import.meta.filename)}`, import.meta.url), {
  workerData: process.ppid,
}).unref();

process.on('message', async (message) => {
  const read = toProcess.safeParse(message);
  if (!read.success) return;
  if (read.data.kind === 'abort') {
    controller.abort(new AttemptAborted(read.data.why, read.data.message));
    return;
  }
  const { turnEveryMs } = read.data;
  if (turnEveryMs !== null) setInterval(() => send({ kind: 'turn' }), turnEveryMs).unref();
  const ending = await work(read.data);
  process.send?.({ kind: 'ended', ending } satisfies FromProcess, () => process.exit(0));
});
send({ kind: 'ready' });
