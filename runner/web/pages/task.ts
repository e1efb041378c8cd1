/** A task of a run: how it stands, its attempts, the log of one of them, and everything that is kept about it. */
import { isTerminalRunState, isTerminalTaskState } from '../../core/run/states.ts';
import { instancesOfRun, type TaskInstance } from '../../store/task/instance.ts';
import { type Explained, onlyTask, readExplanation } from '../../view/explain/source.ts';
import { findNamedRun } from '../../view/run/find.ts';
import { taskName } from '../../view/run/report.ts';
import { type LogPage, readTaskLog } from '../../view/task/log.ts';
import { type RenderedWith, renderWith } from '../../view/task/rendered_with.ts';
import { readTask, type TaskReport } from '../../view/task/task.ts';
import { dagHref, runHref, taskHref } from '../html/href.ts';
import { type Html, html, NOTHING } from '../html/html.ts';
import { markOf, stateMark } from '../html/mark.ts';
import { idOf } from '../html/path_id.ts';
import { progressPart } from '../html/progress.ts';
import { dateText, timeTag } from '../html/time.ts';
import { mayOperate, type OpenPage, type Page, type Reader } from '../page.ts';
import { retryForm } from './run/failure.ts';
import { historyPart } from './run/kept.ts';
import { remedyLinks } from './run/remedy.ts';
import { waitingPart } from './run/waiting.ts';
import { attemptsPart } from './task/attempts.ts';
import { filesPart, outputPart, withPart } from './task/details.ts';
import { instancesPart } from './task/instances.ts';
import { LINES_SHOWN, logPart } from './task/log.ts';

export interface ShownTask {
  readonly report: TaskReport;
  /** The one instance that the page is about; null for a mapped task as a whole. */
  readonly only: TaskInstance | null;
  readonly explained: Explained | null;
  /** The attempt whose log is shown; null before the first. */
  readonly attemptNumber: number | null;
  readonly log: LogPage | null;
  readonly rendered: RenderedWith | null;
  readonly query: URLSearchParams;
}

export const taskPage: Page = {
  path: '/runs/:run/tasks/:task',
  async open({ context, params, query }): Promise<OpenPage> {
    const { pool } = context;
    const run = await findNamedRun(pool, params.run ?? '');
    const { runId } = run;
    const taskId = params.task ?? '';
    const map = query.get('map');
    const mapIndex = map === null ? null : idOf(map);
    const report = await readTask(context, { runId, taskId, mapIndex });
    const [first, second] = report.instances;
    const only = first === undefined || second !== undefined ? null : first;
    const chosen = query.get('try');
    const newest = only === null || only.attemptNumber === 0 ? null : only.attemptNumber;
    const attemptNumber = chosen === null || newest === null ? newest : idOf(chosen);
    const before = query.get('before');
    const isOver = isTerminalRunState(run.state) || report.declared === null;
    const shown: ShownTask = {
      report,
      only,
      attemptNumber,
      query,
      explained: isOver
        ? null
        : onlyTask(await readExplanation(context, run, await context.taskTypes()), taskId),
      log:
        only === null || attemptNumber === null
          ? null
          : await readTaskLog(pool, {
              runId,
              taskId,
              mapIndex: only.mapIndex,
              attemptNumber,
              side: before === null ? { kind: 'newest' } : { kind: 'before', taskLogId: idOf(before) },
              limit: LINES_SHOWN,
            }),
      rendered:
        only === null || report.declared === null
          ? null
          : await renderWith(pool, report, { task: report.declared, instance: only }),
    };
    const index = await context.versions.getReadable(run.dagVersionId);
    const all = await instancesOfRun(pool, runId);
    return {
      title: `${only === null ? taskId : taskName(only)}, run ${runId}`,
      topics: [`run:${runId}`],
      body: (reader) =>
        html`${headPart(shown, reader)}
${only === null ? NOTHING : standPart(shown, only, mayOperate(reader) && index !== null ? retryForm(index, all, taskId) : NOTHING, reader)}
${waitingPart(shown.explained, report.instances)}
${only === null ? instancesPart(shown) : html`${attemptsPart(shown, only)}${logPart(shown, only)}`}
${withPart(shown)}
${only === null ? NOTHING : html`${outputPart(only)}${filesPart(shown)}`}
${historyPart(report.events.rows.toReversed(), report)}`,
    };
  },
};

function headPart({ report, only }: ShownTask, reader: Reader): Html {
  const { run, timezone, now, instances, declared } = report;
  const [first] = instances;
  const taskId = first?.taskId ?? '';
  const href = taskHref(run.runId, taskId);
  const today = now.toZonedDateTimeISO(timezone).toPlainDate();
  const isOver = instances.every(({ state }) => isTerminalTaskState(state));
  const ways =
    mayOperate(reader) && declared !== null
      ? html`<div class="ways"><a class="button" href="${runHref(run.runId)}/clear?task=${encodeURIComponent(taskId)}&amp;downstream=on">Clear…</a><a class="button" href="${href}/mark">Mark…</a>${isOver ? NOTHING : html`<a class="button" href="${href}/cancel">Cancel…</a>`}</div>`
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

/** Renders how the task stands: its error and what helps, its times, and its progress while it runs. */
function standPart({ report }: ShownTask, task: TaskInstance, retry: Html, reader: Reader): Html {
  const { timezone } = report;
  const at = (label: string, instant: Temporal.Instant | null) =>
    instant === null ? NOTHING : html`<dt>${label}</dt><dd>${timeTag(instant, timezone, 'second')}</dd>`;
  const hasFailed = ['failed', 'up_for_retry', 'upstream_failed', 'cancelled'].includes(task.state);
  const text = task.errorText ?? task.errorClass;
  const isNotice = hasFailed || (text !== null && task.state !== 'success');
  const notice = isNotice
    ? html`<section class="notice ${task.state === 'failed' ? 'failed' : 'warning'}" aria-label="How it ended">
${text === null ? html`<p>It did not run: something before it did not succeed.</p>` : html`<p class="text">${text}</p>`}
<div class="ways">${hasFailed ? retry : NOTHING}${remedyLinks(task.remedy, task, reader)}</div></section>`
    : NOTHING;
  return html`${notice}
${task.progress === null ? NOTHING : html`<p>${progressPart(task.progress)}</p>`}
<dl class="facts">${at('planned', task.plannedAt)}${at('started', task.startedAt)}${at('finished', task.finishedAt)}${at(task.state === 'up_for_retry' ? 'tried again' : 'looks again', task.wakeAt)}${at('deadline', task.deadlineAt)}${at('deadline missed', task.deadlineMissedAt)}</dl>`;
}
