/** Works one attempt: renders its params, runs its task, and says how it ended. */
import { ConnectionError } from '../connections/connection_error.ts';
import type { Task } from '../core/dag.ts';
import { type DagIndex, taskOf } from '../core/dag_index.ts';
import { cleanText, errorFacts } from '../core/error_text.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { Outcome } from '../core/settle.ts';
import { isStorableJson } from '../core/stored_json.ts';
import { renderTemplates, type TemplateScope } from '../core/template.ts';
import type { ClaimedTask } from '../store/task_instance.ts';
import { outputsOf } from '../store/task_output.ts';
import { DeferTask, FailTask, SkipTask, type TaskContext, taskErrorKind } from '../task.ts';
import { ABORT_GRACE_MS, AttemptAborted, abandonable } from './attempt_abort.ts';
import { recordOfAttempt, warnOfAttempt } from './attempt_event.ts';
import type { AttemptReport } from './attempt_report.ts';
import type { Engine } from './engine.ts';
import { failpoint } from './failpoint.ts';
import { attemptFiles } from './files/attempt_files.ts';
import { untilDatabaseAnswers } from './patience.ts';
import { chargeStrays, type TakeStray } from './stray_errors.ts';
import { scopeOf, tasksRead } from './template_scope.ts';

/** After which another worker may take a task whose type this one lacks. */
const OTHER_WORKER_MS = 5_000;

/** Largest output of a task, in UTF-16 code units of its JSON. */
const MAX_OUTPUT_CHARS = 1 << 20;

/**
 * @returns null when the attempt was superseded: whoever did that has settled it, and its result is of no interest
 */
export async function runAttempt(
  engine: Engine,
  claimed: ClaimedTask,
  report: AttemptReport,
  controller: AbortController,
): Promise<Outcome | null> {
  const index = await untilDatabaseAnswers(engine.log, () => engine.versions.get(claimed.dagVersionId));
  failpoint('run.versioned');
  const task = taskOf(index, claimed.taskId);
  const timer = setTimeout(
    () =>
      controller.abort(
        new AttemptAborted(
          'timeout',
          `still running after its execution_timeout of ${task.executionTimeoutMs / 1000} s`,
        ),
      ),
    task.executionTimeoutMs,
  );
  try {
    const { signal } = controller;
    const outcome = await chargeStrays(strayTaker(claimed, controller, report), () =>
      workTask({ engine, claimed, task, index, report, signal }),
    );
    if (signal.aborted && signal.reason instanceof AttemptAborted && signal.reason.why === 'stray') {
      throw signal.reason;
    }
    return outcome;
  } catch (error) {
    return outcomeOfError(error, controller.signal, report);
  } finally {
    clearTimeout(timer);
  }
}

/** Fails the attempt with what strays from it; once it has ended there is nothing left to charge. */
function strayTaker(claimed: ClaimedTask, controller: AbortController, report: AttemptReport): TakeStray {
  return (error) => {
    const { errorText } = errorFacts(error);
    report.log.error('an error left the promise of the task', { error: errorText, ...stackOf(error) });
    if (controller.signal.aborted) return;
    const message = `${claimed.taskId}: an error outside of its promise: ${errorText}`;
    controller.abort(new AttemptAborted('stray', message, { cause: error }));
  };
}

interface Work {
  readonly engine: Engine;
  readonly claimed: ClaimedTask;
  readonly task: Task;
  readonly index: DagIndex;
  readonly report: AttemptReport;
  readonly signal: AbortSignal;
}

async function workTask(work: Work): Promise<Outcome> {
  const { engine, claimed, task, index, report, signal } = work;
  const taskType = engine.taskTypes.byName.get(task.type);
  if (taskType === undefined) {
    const why = engine.taskTypes.broken.get(task.type);
    if (why !== undefined) throw new FailTask(`${task.taskId}: ${why}`);
    const until = engine.clock.now().add({ milliseconds: OTHER_WORKER_MS });
    throw new DeferTask(
      until,
      `worker ${engine.workerId()} has no task type ${task.type}; one that has it may take it`,
    );
  }
  const reads = tasksRead(task);
  // An outage while the runner reads is no failure of the task.
  const outputs = claimed.outputs
    ? pick(claimed.outputs, reads)
    : await untilDatabaseAnswers(engine.log, () => outputsOf(engine.pool, claimed.runId, reads));
  failpoint('run.outputs_read');
  const scope = scopeOfInstance(task, claimed, index, outputs);
  if (task.runIf !== null && !isTruthy(renderTemplates(task.runIf, scope))) {
    throw new SkipTask(`run_if is false: ${task.runIf}`);
  }
  const params = taskType.params.safeParse(renderTemplates(task.with, scope));
  if (!params.success) {
    const problems = params.error.issues
      .map(({ path, message }) => `with.${path.join('.')}: ${message}`)
      .join('; ');
    throw new FailTask(`${task.taskId}: ${problems}`);
  }
  await using files = attemptFiles(engine, claimed, {
    env: engine.env,
    runId: claimed.runId,
    token: attemptTokenText(claimed),
    signal,
    log: report.log,
  });
  const context: TaskContext<unknown> = {
    params: params.data,
    run: {
      runId: String(claimed.runId),
      dagId: claimed.dagId,
      runType: claimed.runType,
      scheduledFor: claimed.scheduledFor,
      businessDate: claimed.businessDate,
      timezone: index.dag.timezone,
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
    upstream: pick(
      outputs,
      task.dependsOn.map(({ taskId }) => taskId),
    ),
    connections: { postgres: async (id) => engine.connections.postgres(id) },
    files,
    meter: report.addToMeter,
    progress: report.setProgress,
    record: recordOfAttempt(engine, claimed),
    warn: warnOfAttempt(engine, claimed, report.log),
    log: report.log,
    signal,
    now: () => engine.clock.now(),
  };
  const ran = taskType.run(context);
  report.track(ran);
  return success(task, await abandonable(ran, signal, ABORT_GRACE_MS));
}

function attemptTokenText({ taskInstanceId, attemptToken }: ClaimedTask): string {
  return `${taskInstanceId}-${attemptToken}`;
}

/** What the templates of this instance see: of a mapped task its own element as well. */
function scopeOfInstance(
  task: Task,
  claimed: ClaimedTask,
  index: DagIndex,
  outputs: JsonObject,
): TemplateScope {
  const scope = scopeOf({ ...claimed, params: claimed.runParams }, index.dag.timezone, outputs);
  if (task.mapOver === null || claimed.mapIndex < 0) return scope;
  return { ...scope, item: claimed.mapItem, map_index: claimed.mapIndex };
}

function isTruthy(value: Json): boolean {
  return value !== null && value !== false && value !== 0 && value !== '' && value !== 'false';
}

function pick(outputs: JsonObject, taskIds: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(outputs).filter(([taskId]) => taskIds.includes(taskId)));
}

function success(task: Task, output: Json | undefined): Outcome {
  const text = JSON.stringify(output ?? null);
  if (text === undefined) throw new FailTask(`${task.taskId}: its output is no JSON value`);
  if (text.length > MAX_OUTPUT_CHARS) {
    throw new FailTask(
      `${task.taskId}: its output has ${text.length} characters of JSON; at most ${MAX_OUTPUT_CHARS}`,
    );
  }
  if (!isStorableJson(text)) {
    throw new FailTask(
      `${task.taskId}: its output has a NUL or a lone surrogate, which the database cannot keep`,
    );
  }
  return { kind: 'success', output: output ?? null };
}

function outcomeOfError(error: unknown, signal: AbortSignal, report: AttemptReport): Outcome | null {
  const abort =
    error instanceof AttemptAborted
      ? error
      : signal.aborted && signal.reason instanceof AttemptAborted
        ? signal.reason
        : null;
  if (abort?.why === 'superseded') return null;
  if (abort?.why === 'drain') return { kind: 'handed_over', reason: abort.message };
  if (isSkip(error)) return { kind: 'skipped', reason: cleanText(error.message) };
  if (isDeferral(error)) return { kind: 'deferred', until: error.until, reason: cleanText(error.message) };
  // A task stopped by its timeout may throw whatever its libraries make of the signal: the timeout is the reason.
  const facts =
    abort?.why === 'stray'
      ? { ...errorFacts(abort.cause), errorText: cleanText(abort.message) }
      : errorFacts(abort?.why === 'timeout' ? abort : error);
  report.log.error(facts.errorText, { error_class: facts.errorClass, ...stackOf(error) });
  const isFinal = taskErrorKind(error) === 'fail' || (error instanceof ConnectionError && !error.retryable);
  return { kind: 'failed', error: facts, retry: isFinal && abort === null ? 'never' : 'allowed' };
}

function isSkip(error: unknown): error is SkipTask {
  return taskErrorKind(error) === 'skip';
}

function isDeferral(error: unknown): error is DeferTask {
  return taskErrorKind(error) === 'defer';
}

/** The stack helps only where the error is a surprise: a TaskError's sentence says it all. */
function stackOf(error: unknown): JsonObject {
  const isExpected =
    taskErrorKind(error) !== null || error instanceof ConnectionError || error instanceof AttemptAborted;
  return error instanceof Error && !isExpected && error.stack !== undefined
    ? { stack: cleanText(error.stack) }
    : {};
}
