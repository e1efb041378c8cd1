import { withTransaction } from '../connections/postgres.ts';
import { cleanText } from '../core/error_text.ts';
import { actionProblem } from '../core/event_action.ts';
import type { JsonObject } from '../core/json.ts';
import { isStorableJson } from '../core/stored_json.ts';
import { recordEvents } from '../store/event.ts';
import { type ClaimedTask, lockRunningAttempt } from '../store/task_instance.ts';
import { FailTask, type TaskContext, TaskError } from '../task.ts';
import type { Engine } from './engine.ts';

/** How an attempt adds to the history: under its worker's name, and only while it is the one that counts. */
export function recordOfAttempt(engine: Engine, claimed: ClaimedTask): TaskContext<unknown>['record'] {
  return async ({ action, reason, before, after }) => {
    const { dagId, runId, taskId, mapIndex, attemptNumber } = claimed;
    const problem = actionProblem(action);
    if (problem !== null) throw new FailTask(`${taskId}: event action: ${problem}`);
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
    });
  };
}

/** @throws FailTask where the database could not keep it */
function storable(taskId: string, facts: JsonObject): JsonObject {
  if (!isStorableJson(JSON.stringify(facts))) {
    throw new FailTask(`${taskId}: its event has a NUL or a lone surrogate, which the database cannot keep`);
  }
  return facts;
}
