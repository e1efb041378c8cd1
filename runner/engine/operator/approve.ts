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
 * Approves or rejects what a task asks, for all its mapped instances that ask, and wakes them.
 * @throws OperatorError if it asks nothing, or if this person may not answer
 */
export async function answerApproval(
  pool: Pool,
  runId: number,
  request: ApprovalRequest,
): Promise<readonly AskedApproval[]> {
  const { taskId, decision, by, reason } = request;
  return await inRun(pool, { ...request, runId }, async ({ tx, run, index }) => {
    requireTask(index, taskId);
    const asked = await lockApprovals(tx, runId, taskId);
    if (asked.length === 0)
      throw new OperatorError('refused', `task ${taskId} of run ${runId} asks for no approval`);
    if (asked.some(({ state }) => state === 'running'))
      throw new OperatorError(
        'refused',
        `task ${taskId} of run ${runId} is asking at this moment: answer again`,
      );
    const now = await databaseNow(tx);
    for (const approval of asked) {
      const problem = whyNotAnswer(approval, { actor: by.actor, now });
      if (problem !== null) throw new OperatorError('refused', `task ${taskId} of run ${runId}: ${problem}`);
    }
    await answerApprovals(tx, asked, { decision, by: by.actor, reason });
    await recordEvents(
      tx,
      by,
      asked.map(({ mapIndex, question, requesters }) => ({
        action: ACTION_OF[decision],
        dagId: run.dagId,
        runId,
        taskId,
        mapIndex,
        ...(reason === null ? {} : { reason }),
        before: { question, requesters: [...requesters] },
      })),
    );
    await addWorkJobs(
      tx,
      asked.map(({ taskInstanceId, token, priority }) => ({ taskInstanceId, token, runAt: null, priority })),
    );
    return asked;
  });
}
