/** Renders what failed in a run: the sentence of each failure, what did not run because of it, and the ways on. */
import { downstreamOf } from '../../../core/dag/graph.ts';
import type { DagIndex } from '../../../core/dag/index.ts';
import type { TaskInstance } from '../../../store/task/instance.ts';
import { instancesToClear, retryOf } from '../../../view/run/clearing.ts';
import { failedTasks, type ReportedTask, taskName } from '../../../view/run/report.ts';
import { hiddenField } from '../../html/form.ts';
import { runHref, taskHref } from '../../html/href.ts';
import { each, type Html, html, NOTHING } from '../../html/html.ts';
import { markOf } from '../../html/mark.ts';
import { timeTag } from '../../html/time.ts';
import { mayOperate, type Reader } from '../../page.ts';
import { remedyLinks } from './remedy.ts';
import type { ShownRun } from './shown.ts';

/** More failed tasks than this, and more failed instances of one, are told of by their number. */
const SHOWN = 5;

export function failurePart(shown: ShownRun, reader: Reader): Html {
  const { report, index } = shown;
  const failed = [...Map.groupBy(failedTasks(report), ({ task }) => task.taskId).values()];
  if (failed.length === 0) return NOTHING;
  const more = failed.length - SHOWN;
  const mayRetry = mayOperate(reader) && index !== null && report.run.state !== 'success';
  return html`${
    mayRetry && failed.length > 1 ? retryAll(shown, index) : NOTHING
  }${each(failed.slice(0, SHOWN), (instances) => failureNotice(shown, instances, reader))}${
    more > 0
      ? html`<p>${more} more ${more === 1 ? 'task' : 'tasks'} failed: <a href="?state=failed#tasks">all of them in the table</a>.</p>`
      : NOTHING
  }`;
}

/** @param instances those of one task that failed */
function failureNotice(shown: ShownRun, instances: readonly ReportedTask[], reader: Reader): Html {
  const [first] = instances;
  if (first === undefined) return NOTHING;
  const { task, attempt, timezone } = first;
  const { shape, className } = markOf(task.state);
  const at = task.finishedAt ?? attempt?.finishedAt ?? null;
  const id = `failed-${task.taskId}`;
  const href = taskHref(task.runId, task.taskId, instances.length === 1 ? task.mapIndex : -1);
  const name = instances.length === 1 ? taskName(task) : task.taskId;
  return html`<section class="notice ${task.state === 'up_for_retry' ? 'warning' : 'failed'}" aria-labelledby="${id}">
<div class="head"><h2 id="${id}"><span class="mark ${className}" aria-hidden="true">${shape}</span> <a href="${href}">${name}</a> ${verb(shown, instances)}</h2>${at === null ? NOTHING : timeTag(at, timezone, 'clock_second')}</div>
${errorsPart(instances)}
${unchangedPart(shown, task.taskId)}
<div class="ways">${failureWays(shown, first, reader)}</div></section>`;
}

function errorsPart(instances: readonly ReportedTask[]): Html {
  const more = instances.length - SHOWN;
  return html`${each(instances.slice(0, SHOWN), ({ task }) => {
    const text = task.errorText ?? task.errorClass;
    if (text === null) return NOTHING;
    return instances.length === 1
      ? html`<p class="text">${text}</p>`
      : html`<p class="text"><a class="mono" href="${taskHref(task.runId, task.taskId, task.mapIndex)}">${taskName(task)}</a>: ${text}</p>`;
  })}${more > 0 ? html`<p class="soft">And ${more} more.</p>` : NOTHING}`;
}

function verb({ groups }: ShownRun, instances: readonly ReportedTask[]): string {
  const [first] = instances;
  if (first === undefined) return '';
  const { state, attemptNumber, taskId } = first.task;
  const of = groups.find((group) => group.taskId === taskId)?.instances.length ?? 1;
  const word = state === 'cancelled' ? 'was cancelled' : 'failed';
  if (of > 1) return `${word}, ${instances.length} of ${of} instances`;
  if (state === 'cancelled') return word;
  const tries = attemptNumber === 0 ? 'without an attempt' : `attempt ${attemptNumber}`;
  return state === 'up_for_retry' ? `failed and is tried again, ${tries}` : `failed, ${tries}`;
}

/** Names the tasks that were not run because of this one, and says so where they have changed nothing. */
function unchangedPart({ index, groups }: ShownRun, taskId: string): Html {
  if (index === null) return NOTHING;
  const after = downstreamOf(index.dag.tasks, taskId, 'transitive');
  const notRun = groups.filter(
    (group) => after.has(group.taskId) && ['upstream_failed', 'none', 'cancelled'].includes(group.state),
  );
  if (notRun.length === 0) return NOTHING;
  const named = notRun.slice(0, SHOWN).map((group) => group.taskId);
  const rest = notRun.length - named.length;
  // One that ran before it was cleared may have changed something then.
  const isUntouched = notRun.every(({ instances }) =>
    instances.every(({ task }) => task.attemptNumber === 0),
  );
  return html`<p class="soft">Not run because of it: <span class="mono">${named.join(', ')}</span>${rest > 0 ? ` and ${rest} more` : ''}.${isUntouched ? ' What they change is unchanged.' : ''}</p>`;
}

function failureWays(shown: ShownRun, { task }: ReportedTask, reader: Reader): Html {
  const { runId, taskId, mapIndex, attemptNumber, state, wakeAt } = task;
  const { report, index } = shown;
  const log =
    attemptNumber === 0
      ? NOTHING
      : html`<a class="button" href="${taskHref(runId, taskId, mapIndex)}#log-end">Read its log</a>`;
  if (state === 'up_for_retry' && wakeAt !== null)
    return html`<span>Runs again by itself at ${timeTag(wakeAt, report.timezone, 'clock_second')}</span>${log}`;
  const remedy = remedyLinks(task.remedy, task, reader);
  if (!mayOperate(reader) || index === null) return html`${log}${remedy}`;
  const instances = report.tasks.map((one) => one.task);
  return html`${retryForm(index, instances, taskId)}${remedy}${log}<a class="button" href="${taskHref(runId, taskId)}/mark">Mark…</a>`;
}

/** Renders the button that runs a task again, with the number of tasks that run after it. */
export function retryForm(index: DagIndex, instances: readonly TaskInstance[], taskId: string): Html {
  const cleared = instancesToClear(index, instances, retryOf(taskId));
  const [first] = cleared.filter((task) => task.taskId === taskId);
  if (first === undefined) return NOTHING;
  const after = new Set(cleared.map((task) => task.taskId));
  after.delete(taskId);
  const words = after.size === 0 ? '' : ` and ${after.size} after it`;
  return html`<form method="post" action="${runHref(first.runId)}/clear">${hiddenField('task', taskId)}${hiddenField('only_failed', 'on')}${hiddenField('downstream', 'on')}<button class="primary">Retry ${taskId}${words}</button></form>`;
}

function retryAll({ report }: ShownRun, index: DagIndex): Html {
  const all = { taskId: null, onlyFailed: true, downstream: false };
  const count = instancesToClear(
    index,
    report.tasks.map(({ task }) => task),
    all,
  ).length;
  if (count === 0) return NOTHING;
  return html`<form method="post" class="ways" action="${runHref(report.run.runId)}/clear">${hiddenField('only_failed', 'on')}<button class="primary">Retry all ${count} that failed or did not run because of it</button></form>`;
}
