/** Lets tasks of a run run again: first which, then the deed. */
import { type ClearedTasks, taskIdsToClear } from '../../../engine/operator/clearing.ts';
import { clearTasks } from '../../../engine/operator/operator.ts';
import { clearDependents, type Dependent, dependentsOf } from '../../../engine/other_dags/dependents.ts';
import { dependentsText, instancesToClear } from '../../../view/run/clearing.ts';
import type { Action } from '../../action.ts';
import type { WebContext } from '../../context.ts';
import { checkField, hiddenField, reasonField, selectField } from '../../html/form.ts';
import { runHref } from '../../html/href.ts';
import { type Html, html, NOTHING } from '../../html/html.ts';
import { paramFields, paramsSent } from '../param_fields.ts';
import {
  changedText,
  crumbs,
  instanceList,
  instancesOfTask,
  type OpenedRun,
  openRun,
  workerNote,
} from './opened_run.ts';

export const clearAction: Action = {
  path: '/runs/:run/clear',
  role: 'operator',
  async open(request) {
    const opened = await openRun(request);
    const { run } = opened;
    const which = clearedTasks(request.query);
    return {
      title: `Clear tasks of run ${run.runId}`,
      body: html`${crumbs(opened)}
<h1>Clear tasks of run ${run.runId}</h1>
<p class="lead">Cleared tasks run again, by the DAG version that the run began with. Attempts are added, none is overwritten.</p>
${whichForm(opened, which)}
${deedForm(opened, which, { query: request.query, others: await waitedFor(request.context, opened, which) })}`,
    };
  },
  async act(request, by) {
    const { context, query } = request;
    const opened = await openRun(request);
    const { runId } = opened.run;
    const given = changedParams(opened, query);
    const terms = { by, versions: context.versions, reason: query.get('reason') || null };
    const others =
      query.get('across_dags') === 'on' ? await waitedFor(context, opened, clearedTasks(query)) : [];
    const changed = await clearTasks(context.pool, runId, {
      ...clearedTasks(query),
      ...terms,
      newParams: Object.keys(given).length === 0 ? null : { given, taskTypes: await context.taskTypes() },
    });
    await clearDependents(context.pool, others, terms);
    const again = changed.length === 1 ? 'runs again' : 'run again';
    return {
      location: runHref(runId),
      sentence: `${changedText(changed)} ${again}; what they wait for stands below.${await workerNote(context)}`,
    };
  },
};

function clearedTasks(query: URLSearchParams): ClearedTasks {
  return {
    taskId: query.get('task') || null,
    onlyFailed: query.get('only_failed') === 'on',
    downstream: query.get('downstream') === 'on',
  };
}

function whichForm({ run, index }: OpenedRun, { taskId, onlyFailed, downstream }: ClearedTasks): Html {
  const tasks = index.dag.tasks.map((task) => ({ value: task.taskId, label: task.taskId }));
  return html`<form method="get" action="${runHref(run.runId)}/clear">
${selectField({ name: 'task', label: 'Task', value: taskId ?? '' }, [{ value: '', label: 'every task' }, ...tasks])}
${checkField({ name: 'downstream', label: 'and everything that depends on it', value: downstream ? 'on' : '' })}
${checkField({ name: 'only_failed', label: 'only what failed, was cancelled, or did not run because of that', value: onlyFailed ? 'on' : '' })}
<div class="ways"><button>Show which run again</button></div></form>`;
}

/** Returns the runs of other DAGs that waited for these tasks. */
async function waitedFor(
  { pool, versions }: WebContext,
  { run, index }: OpenedRun,
  which: ClearedTasks,
): Promise<readonly Dependent[]> {
  return await dependentsOf({ db: pool, versions }, run, taskIdsToClear(index, which));
}

function acrossField(others: readonly Dependent[], query: URLSearchParams): Html {
  if (others.length === 0) return NOTHING;
  const label = `and what waited for it in other DAGs: ${dependentsText(others)}`;
  return checkField({ name: 'across_dags', label, value: query.get('across_dags') ?? '' });
}

function deedForm(
  opened: OpenedRun,
  which: ClearedTasks,
  { query, others }: { readonly query: URLSearchParams; readonly others: readonly Dependent[] },
): Html {
  const { run, index, instances } = opened;
  if (which.taskId !== null) instancesOfTask(opened, which.taskId);
  const cleared = instancesToClear(index, instances, which);
  if (cleared.length === 0)
    return html`<h2>Nothing runs again</h2><p class="empty">None of these tasks has ${which.onlyFailed ? 'failed or was cancelled' : 'left its place in the queue of the run'}.</p>`;
  const count = cleared.length === 1 ? 'One task instance runs' : `${cleared.length} task instances run`;
  const running = cleared.filter(({ state }) => state === 'running').length;
  const fields = paramFields(index.dag.params, withPresent(opened, query));
  return html`<h2>${count} again</h2>
${running === 0 ? NOTHING : html`<div class="notice warning"><p>${running} of them ${running === 1 ? 'is' : 'are'} running now, and would be stopped first.</p></div>`}
${instanceList(cleared)}
<form method="post" action="${runHref(run.runId)}/clear">
${hiddenField('task', which.taskId ?? '')}${hiddenField('downstream', which.downstream ? 'on' : '')}${hiddenField('only_failed', which.onlyFailed ? 'on' : '')}
${acrossField(others, query)}
${fields.length === 0 ? NOTHING : html`<details${hasChangedParams(opened, query) ? html` open` : NOTHING}><summary>Params that the run has from now on</summary>${fields}</details>`}
${reasonField(query.get('reason') ?? '', 'optional')}
<div class="ways"><button class="primary">Run ${cleared.length === 1 ? 'it' : `all ${cleared.length}`} again</button><a href="${runHref(run.runId)}">Leave it</a></div></form>`;
}

/** Returns the form's values with the run's present params where none was sent. */
function withPresent({ run }: OpenedRun, query: URLSearchParams): URLSearchParams {
  const values = new URLSearchParams(query);
  for (const [name, value] of Object.entries(run.params))
    if (!values.has(`param.${name}`) && value !== null) values.set(`param.${name}`, String(value));
  return values;
}

/** Returns the params that were sent and are not the run's already. */
function changedParams({ run }: OpenedRun, query: URLSearchParams): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(paramsSent(query)).filter(([name, value]) => {
      const present = run.params[name] ?? null;
      return present === null || String(present) !== value;
    }),
  );
}

function hasChangedParams(opened: OpenedRun, query: URLSearchParams): boolean {
  return Object.keys(changedParams(opened, query)).length > 0;
}
