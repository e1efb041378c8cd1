/** Cancels a run with all that is unfinished in it, or one task. */
import { isTerminalTaskState } from '../../../core/run/states.ts';
import { cancelRun, cancelTask } from '../../../engine/operator/operator.ts';
import type { TaskInstance } from '../../../store/task/instance.ts';
import type { Action } from '../../action.ts';
import { reasonField } from '../../html/form.ts';
import { runHref, taskHref } from '../../html/href.ts';
import { type Html, html, NOTHING } from '../../html/html.ts';
import { changedText, crumbs, instanceList, instancesOfTask, openRun } from './opened_run.ts';

export const cancelRunAction: Action = {
  path: '/runs/:run/cancel',
  role: 'operator',
  async open(request) {
    const opened = await openRun(request);
    const { runId } = opened.run;
    return {
      title: `Cancel run ${runId}`,
      body: html`${crumbs(opened)}
<h1>Cancel run ${runId}</h1>
<p class="lead">What runs is told to stop within seconds, and what has not begun does not begin. What is done stays done.</p>
${cancelForm(opened.instances, { href: runHref(runId), what: `run ${runId}`, reason: request.query.get('reason') ?? '' })}`,
    };
  },
  async act(request, by) {
    const { runId } = (await openRun(request)).run;
    const changed = await cancelRun(request.context.pool, runId, {
      by,
      reason: request.query.get('reason') || null,
    });
    return {
      location: runHref(runId),
      sentence: `Run ${runId} is cancelled${changed.length === 0 ? '' : `, with ${changedText(changed)}`}.`,
    };
  },
};

export const cancelTaskAction: Action = {
  path: '/runs/:run/tasks/:task/cancel',
  role: 'operator',
  async open(request) {
    const opened = await openRun(request);
    const taskId = request.params.task ?? '';
    const instances = instancesOfTask(opened, taskId);
    const href = taskHref(opened.run.runId, taskId);
    return {
      title: `Cancel ${taskId}`,
      body: html`${crumbs(opened)}
<h1>Cancel ${taskId}</h1>
<p class="lead">It is told to stop within seconds. What depends on it goes by its trigger rule; the rest of the run goes on.</p>
${cancelForm(instances, { href, what: taskId, reason: request.query.get('reason') ?? '' })}`,
    };
  },
  async act(request, by) {
    const { runId } = (await openRun(request)).run;
    const { context } = request;
    const taskId = request.params.task ?? '';
    const reason = request.query.get('reason') || null;
    await cancelTask(context.pool, runId, { taskId, by, reason, versions: context.versions });
    return {
      location: taskHref(runId, taskId),
      sentence: `${taskId} is cancelled; what depends on it goes by its trigger rule.`,
    };
  },
};

function cancelForm(
  instances: readonly TaskInstance[],
  { href, what, reason }: { readonly href: string; readonly what: string; readonly reason: string },
): Html {
  const unfinished = instances.filter(
    ({ state, removedAt }) => !isTerminalTaskState(state) && removedAt === null,
  );
  return html`${unfinished.length === 0 ? NOTHING : instanceList(unfinished)}
<form method="post" action="${href}/cancel">
${reasonField(reason, 'optional')}
<div class="ways"><button class="primary">Cancel ${what}</button><a href="${href}">Leave it</a></div></form>`;
}
