/** Asks people on behalf of an attempt, which waits for the answer without holding a slot. */
import { withTransaction } from '../../connections/postgres/connect.ts';
import { cleanText } from '../../core/value/clean_text.ts';
import { recordEvents } from '../../store/event/event.ts';
import { findAnswer, insertApproval } from '../../store/task/approval.ts';
import { type ClaimedTask, lockRunningAttempt } from '../../store/task/instance.ts';
import { DeferTask, FailTask, type TaskContext, TaskError } from '../../task.ts';
import type { Engine } from '../engine.ts';

const MAX_QUESTION_CHARS = 1000;
const REMEDY = { approval: { label: 'answer it' } } as const;

/** Returns the function with which an attempt asks: it returns the answer, or defers the task until there is one. */
export function approvalOfAttempt(
  engine: Pick<Engine, 'pool' | 'actor' | 'clock'>,
  claimed: ClaimedTask,
): TaskContext<unknown>['approval'] {
  const { taskId, taskInstanceId, runId, dagId, mapIndex } = claimed;
  return async ({ question: asked, approvers = [], notRequester = false, timeoutMs }) => {
    const question = cleanText(asked).trim();
    if (question === '' || question.length > MAX_QUESTION_CHARS)
      throw new FailTask(
        `${taskId}: the question of an approval has ${question.length} characters, expected 1 to ${MAX_QUESTION_CHARS}`,
      );
    const stored = await withTransaction(engine.pool, async (tx) => {
      if (!(await lockRunningAttempt(tx, claimed)))
        throw new TaskError(`${taskId}: this attempt was superseded and may not ask for an approval`);
      const found = await findAnswer(tx, taskInstanceId, question);
      if (found !== null) return found;
      const until = await insertApproval(tx, claimed, { question, approvers, notRequester, timeoutMs });
      const event = { action: 'task.approval_asked', dagId, runId, taskId, mapIndex, reason: question };
      const after = { approvers: [...approvers], not_requester: notRequester, expires_at: until.toString() };
      await recordEvents(tx, engine.actor, [{ ...event, after }]);
      return { expiresAt: until, decision: null, by: null, at: null, reason: null };
    });
    const { decision, by, at, reason, expiresAt: until } = stored;
    if (decision !== null && at !== null) return { decision, by, at, reason };
    if (Temporal.Instant.compare(engine.clock.now(), until) >= 0)
      return { decision: 'expired', by: null, at: until, reason: null };
    throw new DeferTask(until, `waits for an approval: ${question}`, { remedy: REMEDY });
  };
}
