/** Does what a task proposed with its error or warning: runs tasks again with other params, for a reason that is kept. */
import type { ClearTasks } from '../../../core/value/task_remedy.ts';
import type { ClearedTasks } from '../../../engine/operator/clearing.ts';
import { clearTasks } from '../../../engine/operator/operator.ts';
import { warningsOfRuns } from '../../../store/task/warning.ts';
import { instancesToClear } from '../../../view/run/clearing.ts';
import type { Action } from '../../action.ts';
import { hiddenField, reasonField } from '../../html/form.ts';
import { runHref, taskHref } from '../../html/href.ts';
import { each, type Html, html, NOTHING } from '../../html/html.ts';
import { capitalized } from '../../html/sentence.ts';
import { HttpError } from '../../http_error.ts';
import type { PageRequest } from '../../page.ts';
import { requiredReason } from './mark.ts';
import {
  changedText,
  crumbs,
  instanceList,
  instancesOfTask,
  type OpenedRun,
  openRun,
  workerNote,
} from './opened_run.ts';

export const overrideAction: Action = {
  path: '/runs/:run/tasks/:task/override',
  role: 'operator',
  async open(request) {
    const opened = await openRun(request);
    const taskId = request.params.task ?? '';
    const { clear, sentence } = await proposalOf(opened, request);
    const { index, instances, run } = opened;
    const again = instancesToClear(index, instances, scopeOf(clear, taskId));
    const href = taskHref(run.runId, taskId);
    return {
      title: capitalized(clear.label),
      body: html`${crumbs(opened)}
<h1>${capitalized(clear.label)}</h1>
<div class="notice warning"><h2 class="mono">${taskId}</h2><p class="text">${sentence}</p></div>
${paramsPart(clear)}
${again.length === 0 ? html`<p class="empty">Nothing would run again now.</p>` : html`<p>${again.length === 1 ? 'This runs again' : `These ${again.length} run again`}:</p>${instanceList(again)}`}
<form method="post" action="${href}/override">
${hiddenField('map', request.query.get('map') ?? '')}
${reasonField(request.query.get('reason') ?? '', 'required')}
<div class="ways"><button class="primary">${capitalized(clear.label)}</button><a href="${href}">Leave it</a></div></form>`,
    };
  },
  async act(request, by) {
    const { context, params, query } = request;
    const opened = await openRun(request);
    const { clear } = await proposalOf(opened, request);
    const reason = requiredReason(query);
    const given = Object.fromEntries(
      Object.entries(clear.params ?? {}).map(([name, value]) => [name, value ?? reason]),
    );
    const changed = await clearTasks(context.pool, opened.run.runId, {
      ...scopeOf(clear, params.task ?? ''),
      by,
      versions: context.versions,
      reason,
      newParams: Object.keys(given).length === 0 ? null : { given, taskTypes: await context.taskTypes() },
    });
    const again = changed.length === 1 ? 'runs again' : 'run again';
    return {
      location: runHref(opened.run.runId),
      sentence: `To ${clear.label}, ${changedText(changed)} ${again}.${await workerNote(context)}`,
    };
  },
};

interface Proposal {
  readonly clear: ClearTasks;
  /** The error or warning that it was proposed with. */
  readonly sentence: string;
}

/** @throws HttpError (404) where the task proposes nothing of the kind, or does so no longer */
async function proposalOf(opened: OpenedRun, { context, params, query }: PageRequest): Promise<Proposal> {
  const { runId } = opened.run;
  const taskId = params.task ?? '';
  const mapIndex = query.get('map') || null;
  const isIt = (instance: { readonly mapIndex: number }) =>
    mapIndex === null || String(instance.mapIndex) === mapIndex;
  for (const { remedy, errorText, errorClass } of instancesOfTask(opened, taskId).filter(isIt))
    if (remedy?.clear !== undefined) return { clear: remedy.clear, sentence: errorText ?? errorClass ?? '' };
  for (const warning of (await warningsOfRuns(context.pool, [runId])).filter(isIt))
    if (warning.taskId === taskId && warning.remedy?.clear !== undefined)
      return { clear: warning.remedy.clear, sentence: warning.sentence };
  throw new HttpError(
    404,
    `${taskId} of run ${runId} proposes nothing now; the run's page says how it stands`,
  );
}

const SCOPES: Readonly<Record<ClearTasks['scope'], (taskId: string) => ClearedTasks>> = {
  failed: () => ({ taskId: null, onlyFailed: true, downstream: false }),
  task: (taskId) => ({ taskId, onlyFailed: false, downstream: false }),
  downstream: (taskId) => ({ taskId, onlyFailed: false, downstream: true }),
};

function scopeOf({ scope }: ClearTasks, taskId: string): ClearedTasks {
  return SCOPES[scope](taskId);
}

function paramsPart({ params = {} }: ClearTasks): Html {
  const entries = Object.entries(params);
  if (entries.length === 0) return NOTHING;
  return html`<p>The run has from then on:</p><ul class="plain">${each(
    entries,
    ([name, value]) =>
      html`<li><span class="mono">${name}</span> = ${value === null ? 'the reason that you give' : html`<span class="mono">${value}</span>`}</li>`,
  )}</ul>`;
}
