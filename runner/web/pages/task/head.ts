/** How a task stands, and what can be done with it. */
import { isTerminalTaskState } from '../../../core/run/states.ts';
import type { TaskInstance } from '../../../store/task/instance.ts';
import { taskName } from '../../../view/run/report.ts';
import { dagHref, runHref, taskHref } from '../../html/href.ts';
import { type Html, html, NOTHING } from '../../html/html.ts';
import { markOf, stateMark } from '../../html/mark.ts';
import { dateText, timeTag } from '../../html/time.ts';
import { mayOperate, type Reader } from '../../page.ts';
import { retryForm } from '../run/failure.ts';
import { remedyLinks } from '../run/remedy.ts';
import type { ShownTask } from './shown.ts';

export function headPart(shown: ShownTask, reader: Reader): Html {
  const { report, only } = shown;
  const { run, timezone, now, instances, declared } = report;
  const [first] = instances;
  const taskId = first?.taskId ?? '';
  const href = taskHref(run.runId, taskId);
  const today = now.toZonedDateTimeISO(timezone).toPlainDate();
  const isOver = instances.every(({ state }) => isTerminalTaskState(state));
  const ways =
    mayOperate(reader) && declared !== null
      ? html`<div class="ways">${only === null ? retryPart(shown, reader) : NOTHING}<a class="button" href="${runHref(run.runId)}/clear?task=${encodeURIComponent(taskId)}&amp;downstream=on">Clear…</a><a class="button" href="${href}/mark">Mark…</a>${isOver ? NOTHING : html`<a class="button" href="${href}/cancel">Cancel…</a>`}</div>`
      : NOTHING;
  return html`<p class="crumbs"><a href="${dagHref(run.dagId)}">${run.dagId}</a> › <a href="${runHref(run.runId)}">run ${run.runId}, ${dateText(run.businessDate, today)}</a>${only !== null && only.mapIndex >= 0 ? html` › <a href="${href}">${taskId}</a>` : NOTHING}</p>
<div class="head"><h1>${only === null ? `${taskId} × ${instances.length}` : taskName(only)}</h1><p>${only === null ? statesText(instances) : stateMark(only.removedAt === null ? only.state : 'removed')}</p></div>
${declared === null ? NOTHING : html`<p class="lead soft">Task type <span class="mono">${declared.type}</span></p>`}
${ways}`;
}

/** `38 success, 2 failed` */
function statesText(instances: readonly TaskInstance[]): string {
  const counts = Map.groupBy(instances, ({ state }) => state);
  return [...counts].map(([state, all]) => `${all.length} ${markOf(state).word}`).join(', ');
}

/** Renders how the task stands: its error and what helps, and its times. */
export function standPart(shown: ShownTask, task: TaskInstance, reader: Reader): Html {
  const { timezone } = shown.report;
  const at = (label: string, instant: Temporal.Instant | null) =>
    instant === null ? NOTHING : html`<dt>${label}</dt><dd>${timeTag(instant, timezone, 'second')}</dd>`;
  const hasFailed = ['failed', 'up_for_retry', 'upstream_failed', 'cancelled'].includes(task.state);
  const text = task.errorText ?? task.errorClass;
  const isNotice = hasFailed || (text !== null && task.state !== 'success');
  const notice = isNotice
    ? html`<section class="notice ${task.state === 'failed' ? 'failed' : 'warning'}" aria-label="How it ended">
${text === null ? html`<p>It did not run: something before it did not succeed.</p>` : html`<p class="text">${text}</p>`}
<div class="ways">${hasFailed ? retryPart(shown, reader) : NOTHING}${remedyLinks(task.remedy, task, reader)}</div></section>`
    : NOTHING;
  return html`${notice}
<dl class="facts">${at('planned', task.plannedAt)}${at('started', task.startedAt)}${at('finished', task.finishedAt)}${at(task.state === 'up_for_retry' ? 'tried again' : 'looks again', task.wakeAt)}${at('deadline', task.deadlineAt)}${at('deadline missed', task.deadlineMissedAt)}</dl>`;
}

function retryPart({ index, ofRun, report }: ShownTask, reader: Reader): Html {
  const [first] = report.instances;
  if (!mayOperate(reader) || index === null || first === undefined) return NOTHING;
  return retryForm(index, ofRun, first.taskId);
}
