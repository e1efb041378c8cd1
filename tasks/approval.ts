import { z } from 'zod';
import { defineTask, duration, FailTask } from '../runner/task.ts';

export default defineTask({
  type: 'approval',
  description: 'Waits until a person approves; fails if one rejects or nobody answers in time',
  params: z.strictObject({
    question: z
      .string()
      .trim()
      .min(1)
      .max(1000)
      .describe('A sentence that a person can say yes or no to: what happens if they approve.'),
    approvers: z
      .array(z.string().min(1))
      .default([])
      .describe('The names of those who may answer, as the history has them; empty for all who may operate.'),
    not_requester: z
      .boolean()
      .default(false)
      .describe(
        'Whether those who triggered the run, cleared its tasks or changed its params may not answer.',
      ),
    timeout: duration().prefault('24h').describe('How long the question stands.'),
  }),
  // It asks; what the answer releases is for other tasks to do, or to leave.
  worksInShadow: true,
  async run({ params, approval }) {
    const { question, approvers, not_requester: notRequester, timeout: timeoutMs } = params;
    const { decision, by, at, reason } = await approval({ question, approvers, notRequester, timeoutMs });
    if (decision === 'expired')
      throw new FailTask(`nobody answered by ${at.toString({ smallestUnit: 'second' })}: ${question}`);
    if (decision === 'rejected')
      throw new FailTask(`rejected by ${by}${reason === null ? '' : `: ${reason}`}`);
    return { approved_by: by, at: at.toString(), reason };
  },
});
