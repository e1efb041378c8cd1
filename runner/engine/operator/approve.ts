/** Answers what a task asks before it goes on. */
import type { Pool } from 'pg';
import { whyNotAnswer } from '../../core/run/approval.ts';
import { recordEvents } from '../../store/event/event.ts';
import { addWorkJobs } from '../../store/queue/job.ts';
import { type AskedApproval, answerApprovals, lockApprovals } from '../../store/task/approval.ts';
import { databaseNow } from '../clock.ts';
import { inRun, OperatorError, type RunRequest, requireTask } from './operator.ts';

const ACTION_OF = { approved: 'task.approved', rejected: 'task.rejected' } as const;

export interface ApprovalRequest extends RunRequest {
  readonly taskId: string;
  readonly decision: 'approved' | 'rejected';
}

/**
 * Approves or rejects what a task asks, for all its mapped instances that ask, and wakes them. An answer by a person who
 * may not give it is recorded too.
 * @throws OperatorError if it asks nothing, or if this person may not answer
 */
export async function answerApproval(
  pool: Pool,
  runId: number,
  request: ApprovalRequest,
): Promise<readonly AskedApproval[]> {
  const { taskId, decision, by, reason } = request;
  const { asked, problem } = await inRun(pool, { ...request, runId }, async ({ tx, run, index }) => {
    requireTask(index, taskId);
    const found = await lockApprovals(tx, runId, taskId);
    if (found.length === 0)
      throw new OperatorError('refused', `task ${taskId} of run ${runId} asks for no approval`);
    if (found.some(({ state }) => state === 'running'))
      throw new OperatorError(
        'refused',
        `task ${taskId} of run ${runId} is asking at this moment: answer again`,
      );
    const now = await databaseNow(tx);
    const problems = found.map((approval) => whyNotAnswer(approval, { actor: by.actor, now }));
    const why = problems.find((one) => one !== null) ?? null;
    const said = why ?? reason;
    const action = why === null ? ACTION_OF[decision] : 'task.answer_refused';
    const events = found.map(({ mapIndex, question, requesters }) => ({
      ...{ action, dagId: run.dagId, runId, taskId, mapIndex },
      ...(said === null ? {} : { reason: said }),
      before: { question, requesters: [...requesters] },
      ...(why === null ? {} : { after: { decision } }),
    }));
    await recordEvents(tx, by, events);
    if (why === null) {
      await answerApprovals(tx, found, { decision, by: by.actor, reason });
      await addWorkJobs(
        tx,
        found.map(({ taskInstanceId, token, priority }) => ({
          taskInstanceId,
          token,
          runAt: null,
          priority,
        })),
      );
    }
    return { asked: found, problem: why };
  });
  // Thrown once it is recorded: an error within the transaction would take the record with it.
  if (problem !== null) throw new OperatorError('refused', `task ${taskId} of run ${runId}: ${problem}`);
  return asked;
}
