import type { PoolClient } from 'pg';
import { withTransaction } from '../../connections/postgres/connect.ts';
import { cleanText } from '../../core/value/clean_text.ts';
import type { JsonObject } from '../../core/value/json.ts';
import { notJson, notJsonSentence } from '../../core/value/stored_json.ts';
import { remedyJson, type TaskRemedy, taskRemedySchema } from '../../core/value/task_remedy.ts';
import { recordEvents } from '../../store/event/event.ts';
import { findRun } from '../../store/run/dag_run.ts';
import { type ClaimedTask, lockRunningAttempt } from '../../store/task/instance.ts';
import { WARNED } from '../../store/task/warning.ts';
import { FailTask, type TaskContext, TaskError, type TaskEvent, type TaskLog } from '../../task.ts';
import { tellWarning } from '../alerts/outbox.ts';
import type { Engine } from '../engine.ts';

/** The nouns of the runner's own events; a task must not use them. */
const RUNNER_NOUNS = [
  'attempt',
  'audit',
  'backfill',
  'dag',
  'event',
  'history',
  'pool',
  'run',
  'schedule',
  'task',
  'worker',
];

type Recorder = Pick<Engine, 'pool' | 'actor'>;

/**
 * Returns the function with which an attempt adds events to the history, under its worker's name and only until it is
 * superseded.
 */
export function recordOfAttempt(engine: Recorder, claimed: ClaimedTask): TaskContext<unknown>['record'] {
  return async (event) => {
    const problem = actionProblem(event.action);
    if (problem !== null) throw new FailTask(`${claimed.taskId}: event action: ${problem}`);
    await recordEvent(engine, claimed, event);
  };
}

/** An attempt, and who is told of its warnings. */
export interface WarningAttempt {
  readonly claimed: ClaimedTask;
  readonly timezone: string;
  /** The channels that are told of a warning. */
  readonly warningsTo: readonly string[];
}

/** Returns the function with which an attempt records a warning of its run; a warning does not fail the run. */
export function warnOfAttempt(
  engine: Recorder,
  { claimed, timezone, warningsTo: channels }: WarningAttempt,
  log: TaskLog,
): TaskContext<unknown>['warn'] {
  const { runId, taskId } = claimed;
  return async (sentence, facts = {}, { remedy: proposed } = {}) => {
    const remedy = proposed === undefined ? null : checkedRemedy(taskId, proposed);
    const after = remedy === null ? facts : { ...facts, remedy: remedyJson(remedy) };
    await recordEvent(engine, claimed, { action: WARNED, reason: sentence, after }, async (tx) => {
      const run = channels.length === 0 ? null : await findRun(tx, runId);
      if (run === null) return;
      const told = { channels, timezone, taskId, sentence: cleanText(sentence), remedy };
      await tellWarning(tx, run, told);
    });
    log.warn(sentence, facts);
  };
}

/** Returns the remedy with texts that can be stored. @throws FailTask if it is malformed */
function checkedRemedy(taskId: string, remedy: TaskRemedy): TaskRemedy {
  const read = taskRemedySchema.safeParse(remedy);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new FailTask(`${taskId}: remedy.${issue?.path.join('.')}: ${issue?.message}`);
}

/** Returns why a task may not record an event with this action, or null if it may. */
function actionProblem(action: string): string | null {
  const [, noun] = /^([a-z][a-z0-9_]*)\.[a-z][a-z0-9_]*$/.exec(action) ?? [];
  if (noun === undefined || action.length > 64) {
    return `found ${JSON.stringify(action)}, expected noun.verb in lower case, such as guard.overridden`;
  }
  return RUNNER_NOUNS.includes(noun)
    ? `${action} is the runner's own to say: use another noun than ${noun}`
    : null;
}

/**
 * Records an event of a task.
 * @param alongside writes what belongs to it, in the same transaction
 * @throws TaskError if the attempt was superseded
 */
async function recordEvent(
  engine: Recorder,
  claimed: ClaimedTask,
  { action, reason, before, after }: TaskEvent,
  alongside: (tx: PoolClient) => Promise<void> = async () => {},
): Promise<void> {
  const { dagId, runId, taskId, mapIndex, attemptNumber } = claimed;
  await withTransaction(engine.pool, async (tx) => {
    if (!(await lockRunningAttempt(tx, claimed))) {
      throw new TaskError(`${taskId}: this attempt was superseded and may not record ${action}`);
    }
    await recordEvents(tx, engine.actor, [
      {
        action,
        dagId,
        runId,
        taskId,
        mapIndex,
        ...(reason === undefined ? {} : { reason: cleanText(reason) }),
        ...(before === undefined ? {} : { before: storable(taskId, before) }),
        after: { ...storable(taskId, after ?? {}), attempt: attemptNumber },
      },
    ]);
    await alongside(tx);
  });
}

/** Returns the facts if they can be stored. @throws FailTask if the database could not store them */
function storable(taskId: string, facts: JsonObject): JsonObject {
  const problem = notJson(facts);
  if (problem !== null) throw new FailTask(`${taskId}: ${notJsonSentence('its event', problem)}`);
  return facts;
}
