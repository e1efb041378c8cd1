/** Sets by hand how a task ended. */
import { downstreamOf } from '../../../core/dag/graph.ts';
import { markTask } from '../../../engine/operator/operator.ts';
import type { Action } from '../../action.ts';
import { reasonField, selectField } from '../../html/form.ts';
import { choiceSent } from '../../html/form_value.ts';
import { taskHref } from '../../html/href.ts';
import { type Html, html, NOTHING } from '../../html/html.ts';
import { HttpError } from '../../http_error.ts';
import { crumbs, instanceList, instancesOfTask, type OpenedRun, openRun } from './opened_run.ts';

const STATES = ['success', 'skipped', 'failed'] as const;

export const markAction: Action = {
  path: '/runs/:run/tasks/:task/mark',
  role: 'operator',
  async open(request) {
    const { params, query } = request;
    const opened = await openRun(request);
    const taskId = params.task ?? '';
    const instances = instancesOfTask(opened, taskId);
    const href = taskHref(opened.run.runId, taskId);
    return {
      title: `Mark ${taskId}`,
      body: html`${crumbs(opened)}
<h1>Mark ${taskId}</h1>
<p class="lead">You say how the task ended. Nothing is run in its place, and nothing that it did is undone; tasks that wait for it go on by what you say.</p>
${instances.length > 1 ? html`<p>All ${instances.length} instances are marked, whatever their state:</p>` : NOTHING}
${instanceList(instances)}
${goesOnPart(opened, taskId)}
<form method="post" action="${href}/mark">
${selectField({ name: 'state', label: 'It ended in', value: query.get('state') ?? '' }, [
  { value: 'success', label: 'success' },
  { value: 'skipped', label: 'skipped' },
  { value: 'failed', label: 'failed' },
])}
${reasonField(query.get('reason') ?? '', 'required')}
<div class="ways"><button class="primary">Mark ${taskId}</button><a href="${href}">Leave it</a></div></form>`,
    };
  },
  async act(request, by) {
    const { context, params, query } = request;
    const { run } = await openRun(request);
    const taskId = params.task ?? '';
    const state = choiceSent(query, 'state', STATES);
    const reason = requiredReason(query);
    await markTask(context.pool, run.runId, { taskId, state, by, reason, versions: context.versions });
    return {
      location: taskHref(run.runId, taskId),
      sentence: `${taskId} is marked ${state}; what waited for it goes on by that.`,
    };
  },
};

/** @throws HttpError */
export function requiredReason(query: URLSearchParams): string {
  const reason = query.get('reason')?.trim() ?? '';
  if (reason === '')
    throw new HttpError(422, 'a reason is needed: it is kept in the history, with your name');
  return reason;
}

function goesOnPart({ index, instances }: OpenedRun, taskId: string): Html {
  const after = downstreamOf(index.dag.tasks, taskId, 'transitive');
  const givenUp = instances.filter(
    (instance) => after.has(instance.taskId) && instance.state === 'upstream_failed',
  );
  if (givenUp.length === 0) return NOTHING;
  return html`<p>Given up because of it, and decided anew:</p>${instanceList(givenUp)}`;
}
