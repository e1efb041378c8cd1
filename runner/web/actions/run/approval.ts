/** Approves or rejects what a task asks before it goes on. */
import { answerApproval } from '../../../engine/operator/approve.ts';
import { openApprovals } from '../../../store/task/approval.ts';
import { approvalTerms } from '../../../view/run/approvals.ts';
import { taskName } from '../../../view/run/report.ts';
import type { Action } from '../../action.ts';
import { reasonField } from '../../html/form.ts';
import { choiceSent } from '../../html/form_value.ts';
import { taskHref } from '../../html/href.ts';
import { each, html } from '../../html/html.ts';
import { capitalized } from '../../html/sentence.ts';
import { HttpError } from '../../http_error.ts';
import { requiredReason } from './mark.ts';
import { crumbs, openRun } from './opened_run.ts';

const DECISIONS = ['approved', 'rejected'] as const;

export const approvalAction: Action = {
  path: '/runs/:run/tasks/:task/approval',
  role: 'operator',
  async open(request) {
    const { context, params, query } = request;
    const opened = await openRun(request);
    const { run, index } = opened;
    const taskId = params.task ?? '';
    const asked = (await openApprovals(context.pool, run.runId)).filter((one) => one.taskId === taskId);
    if (asked.length === 0)
      throw new HttpError(
        404,
        `${taskId} of run ${run.runId} asks nothing now; the run's page says how it stands`,
      );
    const href = taskHref(run.runId, taskId);
    return {
      title: `Answer ${taskId}`,
      body: html`${crumbs(opened)}
<h1>Answer ${taskId}</h1>
${each(
  asked,
  (one) =>
    html`<div class="notice warning"><h2 class="mono">${taskName(one)}</h2><p class="text">${one.question}</p><p class="soft">${capitalized(approvalTerms(one, index.dag.timezone))}.</p></div>`,
)}
<form method="post" action="${href}/approval">
${reasonField(query.get('reason') ?? '', 'required')}
<div class="ways"><button class="primary" name="decision" value="approved">Approve</button><button name="decision" value="rejected">Reject</button><a href="${href}">Leave it</a></div></form>`,
    };
  },
  async act(request, by) {
    const { context, params, query } = request;
    const { run } = await openRun(request);
    const taskId = params.task ?? '';
    const decision = choiceSent(query, 'decision', DECISIONS);
    const reason = requiredReason(query);
    await answerApproval(context.pool, run.runId, {
      taskId,
      decision,
      by,
      reason,
      versions: context.versions,
    });
    return {
      location: taskHref(run.runId, taskId),
      sentence: `${taskId} is ${decision}; it goes on by that at once.`,
    };
  },
};
