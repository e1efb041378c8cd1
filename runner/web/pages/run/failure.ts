/** What failed in a run: the sentence of each failure, what did not run because of it, and the ways on. */
import { downstreamOf } from '../../../core/dag/graph.ts';
import type { DagIndex } from '../../../core/dag/index.ts';
import { instancesToClear, retryOf } from '../../../view/run/clearing.ts';
import { failedTasks, type ReportedTask, taskName } from '../../../view/run/report.ts';
import { hiddenField } from '../../html/form.ts';
import { runHref, taskHref } from '../../html/href.ts';
import { each, type Html, html, NOTHING } from '../../html/html.ts';
import { markOf } from '../../html/mark.ts';
import { timeTag } from '../../html/time.ts';
import { mayOperate, type Reader } from '../../page.ts';
import type { ShownRun } from '../run.ts';

/** More failures than this are told of by their number, and are in the table. */
const SHOWN = 5;

export function failurePart(shown: ShownRun, reader: Reader): Html {
  const { report, index } = shown;
  const failed = failedTasks(report);
  if (failed.length === 0) return NOTHING;
  const more = failed.length - SHOWN;
  const ways = mayOperate(reader) && index !== null && report.run.state !== 'success';
  return html`${
    ways && failed.length > 1 ? retryAll(shown, index) : NOTHING
  }${each(failed.slice(0, SHOWN), (task) => failureNotice(shown, task, reader))}${
    more > 0
      ? html`<p>${more} more failed: <a href="?state=failed#tasks">they are in the table below</a>.</p>`
      : NOTHING
  }`;
}

function failureNotice(shown: ShownRun, reported: ReportedTask, reader: Reader): Html {
  const { task, attempt, timezone } = reported;
  const name = taskName(task);
  const { shape, className } = markOf(task.state);
  const at = task.finishedAt ?? attempt?.finishedAt ?? null;
  const id = `failed-${name}`;
  return html`<section class="notice ${task.state === 'up_for_retry' ? 'warning' : 'failed'}" aria-labelledby="${id}">
<div class="head"><h2 id="${id}"><span class="mark ${className}" aria-hidden="true">${shape}</span> <a class="mono" href="${taskHref(task.runId, task.taskId, task.mapIndex)}">${name}</a> ${verb(reported)}</h2>${at === null ? NOTHING : timeTag(at, timezone, 'clock_second')}</div>
${task.errorText === null && task.errorClass === null ? NOTHING : html`<p class="text">${task.errorText ?? task.errorClass}</p>`}
${unchangedPart(shown, task.taskId)}
<div class="ways">${failureWays(shown, reported, reader)}</div></section>`;
}

function verb({ task }: ReportedTask): string {
  if (task.state === 'cancelled') return 'was cancelled';
  const tries = task.attemptNumber === 0 ? 'without an attempt' : `attempt ${task.attemptNumber}`;
  return task.state === 'up_for_retry' ? `failed and is tried again, ${tries}` : `failed, ${tries}`;
}

/** Names the tasks that were not run because of this one. */
function unchangedPart({ index, groups }: ShownRun, taskId: string): Html {
  if (index === null) return NOTHING;
  const after = downstreamOf(index.dag.tasks, taskId, 'transitive');
  const notRun = groups.filter(
    (group) => after.has(group.taskId) && ['upstream_failed', 'none', 'cancelled'].includes(group.state),
  );
  if (notRun.length === 0) return NOTHING;
  const named = notRun.slice(0, SHOWN).map((group) => group.taskId);
  const rest = notRun.length - named.length;
  return html`<p class="soft">Not run because of it, so unchanged: <span class="mono">${named.join(', ')}</span>${rest > 0 ? ` and ${rest} more` : ''}.</p>`;
}

function failureWays(shown: ShownRun, { task }: ReportedTask, reader: Reader): Html {
  const { runId, taskId, mapIndex, attemptNumber, state, wakeAt } = task;
  const href = taskHref(runId, taskId);
  const timezone = shown.report.timezone;
  const log =
    attemptNumber === 0
      ? NOTHING
      : html`<a class="button" href="${taskHref(runId, taskId, mapIndex)}#log-end">Read its log</a>`;
  if (state === 'up_for_retry' && wakeAt !== null)
    return html`<span>Runs again by itself at ${timeTag(wakeAt, timezone, 'clock_second')}</span>${log}`;
  if (!mayOperate(reader) || shown.index === null) return html`${log}`;
  return html`${retryForm(shown, shown.index, taskId)}${log}<a class="button" href="${href}/mark">Mark…</a>`;
}

/** Renders the button that runs a task again, with the number of tasks that run after it. */
export function retryForm({ report }: Pick<ShownRun, 'report'>, index: DagIndex, taskId: string): Html {
  const cleared = instancesToClear(
    index,
    report.tasks.map(({ task }) => task),
    retryOf(taskId),
  );
  if (cleared.length === 0) return NOTHING;
  const after = new Set(cleared.map((task) => task.taskId));
  after.delete(taskId);
  const words = after.size === 0 ? '' : ` and ${after.size} after it`;
  return html`<form method="post" action="${runHref(report.run.runId)}/clear">${hiddenField('task', taskId)}${hiddenField('only_failed', 'on')}${hiddenField('downstream', 'on')}<button class="primary">Retry ${taskId}${words}</button></form>`;
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
