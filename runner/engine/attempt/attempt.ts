/** Runs one attempt: renders its params, runs its task, and returns how it ended. */
import type { Task } from '../../core/dag/dag.ts';
import { type DagIndex, taskOf } from '../../core/dag/index.ts';
import type { Outcome } from '../../core/run/settle.ts';
import { renderTemplates, type TemplateScope } from '../../core/run/template.ts';
import { errorFacts } from '../../core/value/error_text.ts';
import type { Json, JsonObject } from '../../core/value/json.ts';
import type { ClaimedTask } from '../../store/task/instance.ts';
import { outputsOf } from '../../store/task/output.ts';
import { DeferTask, FailTask, SkipTask, type TaskType } from '../../task.ts';
import type { Engine } from '../engine.ts';
import { failpoint } from '../failpoint.ts';
import { workIsolated } from '../isolation/isolated_attempt.ts';
import { isolationOf } from '../isolation/isolation.ts';
import { retryWhileDatabaseUnavailable } from '../retry_unavailable.ts';
import type { AttemptTrace } from '../tracing/attempt_trace.ts';
import { chargeStrays, type TakeStray } from '../worker/stray_errors.ts';
import { ABORT_GRACE_MS, AttemptAborted, abandonable } from './abort.ts';
import { type AttemptInput, contextOf, filesOf, paramsOf } from './context.ts';
import { BY_TASK, type Ending, endingOfError, endingOfOutput, outcomeOf, stackOf } from './ending.ts';
import type { AttemptReport } from './report.ts';
import { scopeOf, tasksRead } from './template_context.ts';

/** The delay after which another worker may take a task whose type this one lacks. */
const OTHER_WORKER_MS = 5_000;

/** The time that a killed process gets to end, after the grace time of its task. */
const KILLED_WITHIN_MS = 1_000;

/**
 * Runs a claimed attempt.
 * @returns null if the attempt was superseded: it has been settled already, and its result does not count
 */
export async function runAttempt(
  engine: Engine,
  claimed: ClaimedTask,
  report: AttemptReport,
  controller: AbortController,
): Promise<Outcome | null> {
  const index = await retryWhileDatabaseUnavailable(engine.log, () =>
    engine.versions.get(claimed.dagVersionId),
  );
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
    const takeStray = strayTaker(claimed, controller, report);
    const ending = await chargeStrays(takeStray, () =>
      workTask({ engine, claimed, task, index, report, signal, takeStray }),
    ).catch(endingOfError);
    const abort = signal.reason instanceof AttemptAborted ? signal.reason : null;
    return withFailureLogged(outcomeOf(ending, abort), ending, report);
  } finally {
    clearTimeout(timer);
  }
}

function withFailureLogged(outcome: Outcome | null, ending: Ending, { log }: AttemptReport): Outcome | null {
  if (outcome?.kind !== 'failed') return outcome;
  const stack = ending.kind === 'failed' && ending.stack !== null ? { stack: ending.stack } : {};
  log.error(outcome.error.errorText, { error_class: outcome.error.errorClass, ...stack });
  return outcome;
}

/**
 * Returns the handler of the attempt's stray errors: it fails the attempt, and does nothing once the attempt has ended.
 */
function strayTaker(claimed: ClaimedTask, controller: AbortController, report: AttemptReport): TakeStray {
  return (error) => {
    const { errorText } = errorFacts(error, BY_TASK);
    const stack = stackOf(error);
    report.log.error('an error outside of the promise of the task', {
      error: errorText,
      ...(stack === null ? {} : { stack }),
    });
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
  readonly takeStray: TakeStray;
}

async function workTask(work: Work): Promise<Ending> {
  const { engine, claimed, task, index, report, signal } = work;
  const taskType = engine.taskTypes.byName.get(task.type);
  if (taskType === undefined) {
    const why = engine.taskTypes.broken.get(task.type);
    if (why !== undefined) throw new FailTask(`${task.taskId}: ${why}`);
    const until = engine.clock.now().add({ milliseconds: OTHER_WORKER_MS });
    throw new DeferTask(
      until,
      `worker ${engine.workerId()} has no task type ${task.type}; left to a worker that has it`,
    );
  }
  const reads = tasksRead(task);
  // An outage while the runner reads is not a failure of the task.
  const outputs = claimed.outputs
    ? pick(claimed.outputs, reads)
    : await retryWhileDatabaseUnavailable(engine.log, () => outputsOf(engine.pool, claimed.runId, reads));
  failpoint('run.outputs_read');
  const scope = scopeOfInstance(task, claimed, index, outputs);
  if (task.runIf !== null && !isTruthy(renderTemplates(task.runIf, scope))) {
    throw new SkipTask(`run_if is false: ${task.runIf}`);
  }
  const upstream = pick(
    outputs,
    task.dependsOn.map(({ taskId }) => taskId),
  );
  const { timezone } = index.dag;
  const warningsTo = index.recipients.get('warning') ?? [];
  const input = { claimed, timezone, given: renderTemplates(task.with, scope), upstream, warningsTo };
  const params = paramsOf(taskType, input);
  const isolation = isolationOf(taskType, claimed, engine.taskTypes.files.get(task.type) ?? null);
  const trace = engine.tracing === null ? null : await engine.tracing.attempt(claimed);
  if (isolation === null) return await workHere(work, taskType, { input, params, trace });
  const ran = workIsolated(engine, {
    input,
    isolation,
    sink: report,
    signal,
    takeStray: work.takeStray,
    traceparent: trace?.traceparent ?? null,
  });
  report.track(ran);
  return await abandonable(ran, signal, ABORT_GRACE_MS + KILLED_WITHIN_MS);
}

/** Runs the task in this process, beside other tasks. */
async function workHere(
  { engine, claimed, report, signal }: Work,
  taskType: TaskType,
  {
    input,
    params,
    trace,
  }: { readonly input: AttemptInput; readonly params: unknown; readonly trace: AttemptTrace | null },
): Promise<Ending> {
  await using files = filesOf(engine, input, { log: report.log, signal, trace });
  const context = contextOf(engine, input, { params, files, signal, sink: report, trace });
  const ran = trace === null ? taskType.run(context) : trace.run(() => taskType.run(context));
  report.track(ran);
  return endingOfOutput(claimed.taskId, await abandonable(ran, signal, ABORT_GRACE_MS));
}

/** Returns the values that the templates of this instance may use, with the element of a mapped instance. */
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
