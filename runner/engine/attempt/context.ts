import type { Json, JsonObject } from '../../core/value/json.ts';
import type { ClaimedTask } from '../../store/task/instance.ts';
import { FailTask, type Files, type TaskContext, type TaskLog, type TaskType } from '../../task.ts';
import type { Engine } from '../engine.ts';
import type { AttemptTrace } from '../tracing/attempt_trace.ts';
import { approvalOfAttempt } from './approval.ts';
import { recordOfAttempt, type WarningAttempt, warnOfAttempt } from './events.ts';
import { attemptFiles } from './files/attempt_files.ts';
import { runsOf } from './runs.ts';

/** The parts of the engine that an attempt uses, in whichever process it runs. */
export type AttemptHost = Pick<
  Engine,
  'pool' | 'connections' | 'clock' | 'env' | 'projectDir' | 'actor' | 'log' | 'scratch'
>;

/** The receiver of an attempt's log lines, progress and amounts. */
export interface AttemptSink {
  readonly log: TaskLog;
  readonly addToMeter: TaskContext<unknown>['meter'];
  readonly setProgress: TaskContext<unknown>['progress'];
}

/** The work of one attempt. */
export interface AttemptInput extends WarningAttempt {
  /** The task's `with` with its templates rendered. */
  readonly given: Json;
  readonly upstream: JsonObject;
}

/** Returns `with` as parsed by the type's schema. @throws FailTask naming each problem */
export function paramsOf(taskType: TaskType, { claimed, given }: AttemptInput): unknown {
  const params = taskType.params.safeParse(given);
  if (params.success) return params.data;
  const problems = params.error.issues
    .map(({ path, message }) => `with.${path.join('.')}: ${message}`)
    .join('; ');
  throw new FailTask(`${claimed.taskId}: ${problems}`);
}

/** Opens the files of the attempt; they must be disposed of when it ends or is abandoned. */
export function filesOf(
  host: AttemptHost,
  { claimed }: AttemptInput,
  {
    trace,
    ...given
  }: { readonly log: TaskLog; readonly signal: AbortSignal; readonly trace: AttemptTrace | null },
): Files & AsyncDisposable {
  const { runId } = claimed;
  const token = attemptTokenText(claimed);
  const files = attemptFiles(host, claimed, { env: host.env, runId, token, ...given });
  return trace === null ? files : trace.files(files);
}

export function contextOf(
  host: AttemptHost,
  input: AttemptInput,
  parts: Pick<TaskContext<unknown>, 'params' | 'files' | 'signal'> & {
    readonly sink: AttemptSink;
    readonly trace: AttemptTrace | null;
  },
): TaskContext<unknown> {
  const { sink, trace, ...given } = parts;
  const { claimed, timezone, upstream } = input;
  return {
    ...given,
    run: {
      runId: String(claimed.runId),
      dagId: claimed.dagId,
      runType: claimed.runType,
      scheduledFor: claimed.scheduledFor,
      businessDate: claimed.businessDate,
      timezone,
      mode: claimed.runMode,
      params: claimed.runParams,
    },
    attempt: {
      taskId: claimed.taskId,
      mapIndex: claimed.mapIndex,
      number: claimed.attemptNumber,
      token: attemptTokenText(claimed),
      startedAt: claimed.attemptStartedAt,
      deadlineAt: claimed.deadlineAt,
    },
    upstream,
    connections: {
      postgres: async (id) => {
        const pool = host.connections.postgres(id);
        return trace === null ? pool : trace.pool(id, pool);
      },
      http: async (id) => host.connections.http(id),
    },
    scratch: host.scratch,
    runs: runsOf(host.pool),
    meter: sink.addToMeter,
    progress: sink.setProgress,
    record: recordOfAttempt(host, claimed),
    warn: warnOfAttempt(host, input, sink.log),
    approval: approvalOfAttempt(host, claimed),
    log: sink.log,
    now: () => host.clock.now(),
  };
}

function attemptTokenText({ taskInstanceId, attemptToken }: ClaimedTask): string {
  return `${taskInstanceId}-${attemptToken}`;
}
