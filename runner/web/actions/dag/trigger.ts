/** Starts a run of a DAG by hand. */
import { triggerRun } from '../../../engine/operator/trigger.ts';
import { readKnownDag } from '../../../view/dag/find.ts';
import { registerNamedDag } from '../../../view/dag/register.ts';
import type { Action } from '../../action.ts';
import { reasonField, selectField, textField } from '../../html/form.ts';
import { choiceSent, dateSent } from '../../html/form_value.ts';
import { dagHref, runHref } from '../../html/href.ts';
import { html, NOTHING } from '../../html/html.ts';
import { timeText } from '../../html/time.ts';
import { paramFields, paramsSent } from '../param_fields.ts';
import { workerNote } from '../run/opened_run.ts';

export const triggerAction: Action = {
  path: '/dags/:dag/trigger',
  role: 'operator',
  async open({ context, params, query }) {
    const { dagId, inForce, file } = await readKnownDag(context, context.dagsDir, params.dag ?? '');
    const dag = file?.dag ?? inForce;
    const href = dagHref(dagId);
    return {
      title: `Trigger ${dagId}`,
      body: html`<p class="crumbs"><a href="${href}">${dagId}</a></p>
<h1>Trigger ${dagId}</h1>
${dag === null || dag.description === '' ? NOTHING : html`<p class="lead">${dag.description}</p>`}
<form method="post" action="${href}/trigger">
${textField({
  name: 'date',
  label: 'Business date',
  hint: 'Empty for a run at the present instant.',
  type: 'date',
  value: query.get('date') ?? '',
})}
${paramFields(dag?.params ?? {}, query)}
${selectField(
  {
    name: 'time_edges',
    label: 'Times and delays between tasks',
    hint: 'not_before and delays; dependencies are always waited for.',
    value: query.get('time_edges') ?? 'keep',
  },
  [
    { value: 'keep', label: 'wait for them' },
    { value: 'collapse', label: 'do not wait for them' },
  ],
)}
${reasonField(query.get('reason') ?? '', 'optional')}
<div class="ways"><button class="primary">Trigger ${dagId}</button><a href="${href}">Leave it</a></div></form>`,
    };
  },
  async act({ context, params, query }, by) {
    // The DAG's id is looked up first, so that no path gets through to the files.
    const { dagId } = await readKnownDag(context, context.dagsDir, params.dag ?? '');
    const taskTypes = await registerNamedDag(context.pool, {
      dagId,
      dagsDir: context.dagsDir,
      by,
      taskTypes: () => context.taskTypes(),
    });
    const run = await triggerRun(context.pool, {
      dagId,
      date: query.get('date') ? dateSent(query, 'date') : null,
      params: paramsSent(query),
      taskTypes,
      timeEdges: choiceSent(query, 'time_edges', ['keep', 'collapse']),
      by,
      reason: query.get('reason') || null,
    });
    const { timezone } = (await context.versions.get(run.dagVersionId)).dag;
    const state = run.state === 'queued' ? 'is queued' : 'has begun';
    return {
      location: runHref(run.runId),
      sentence: `Run ${run.runId} of ${dagId}, for ${timeText(run.scheduledFor, timezone)}, ${state}.${await workerNote(context)}`,
    };
  },
};
