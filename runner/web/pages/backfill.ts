/** A backfill: each date with what is done with it and how it went. */
import { isWorked } from '../../core/backfill/plan.ts';
import { failedDates } from '../../engine/backfill/requests.ts';
import type { BackfillDate } from '../../store/backfill/report.ts';
import { isEnded } from '../../view/backfill/columns.ts';
import { type BackfillReport, countsText, readBackfillReport } from '../../view/backfill/report.ts';
import { spanText } from '../../view/time_text.ts';
import { type Html, html, NOTHING } from '../html/html.ts';
import { stateMark } from '../html/mark.ts';
import { idOf } from '../html/path_id.ts';
import { timeTag } from '../html/time.ts';
import { mayOperate, type OpenPage, type Page, type Reader } from '../page.ts';
import { datesTable } from './backfill/dates.ts';

export const backfillPage: Page = {
  path: '/backfills/:backfill{[0-9]+}',
  async open({ context, params }): Promise<OpenPage> {
    const report = await readBackfillReport(context, idOf(params.backfill));
    const { backfillId } = report.backfill;
    return {
      title: `Backfill ${backfillId}`,
      topics: [`backfill:${backfillId}`],
      body: (reader) => backfillBody(report, reader),
    };
  },
};

function backfillBody(report: BackfillReport, reader: Reader): Html {
  const { backfill, dates, timezone, now } = report;
  const { dagId, from, to, state, createdAt, finishedAt, actor, reason } = backfill;
  const worked = dates.filter(isWorked);
  const ended = worked.filter(isEnded).length;
  return html`<p class="crumbs"><a href="/backfills">Backfills</a> › <a href="/dags/${dagId}">${dagId}</a></p>
<div class="head"><h1>${dagId}, ${String(from)} to ${String(to)}</h1><span>${stateMark(state)}</span></div>
<p class="lead">${countsText(dates)}. ${ended} of ${worked.length} ended${
    finishedAt === null
      ? ''
      : html`; it took ${spanText(finishedAt.epochMilliseconds - createdAt.epochMilliseconds)}`
  }.</p>
${finishedAt === null ? html`<progress max="${worked.length}" value="${ended}" aria-label="Dates that have ended"></progress>` : NOTHING}
${mayOperate(reader) ? ways(report) : NOTHING}
<dl class="facts"><dt>created</dt><dd>${timeTag(createdAt, timezone)} by ${actor}${reason === null ? '' : `: ${reason}`}</dd>
<dt>order</dt><dd>${backfill.order.replace('_', ' ')}, ${backfill.maxActiveRuns} at a time${backfill.yieldsTo === null ? '' : '; runs of the schedule go first'}</dd>
<dt>time edges</dt><dd>${backfill.timeEdges === 'keep' ? 'waited for' : 'not waited for'}</dd>
<dt>runs that have ended</dt><dd>${REPROCESS_WORDS[backfill.reprocess]}</dd></dl>
${datesTable(dates, { timezone, now, caption: 'The dates in the order of work' })}`;
}

export const REPROCESS_WORDS = {
  none: 'left as they are',
  failed: 'worked again where they failed',
  completed: 'worked again',
} as const;

function ways({ backfill, dates }: BackfillReport): Html {
  const { backfillId, finishedAt } = backfill;
  const failed: readonly BackfillDate[] = failedDates(dates);
  return html`<div class="ways">${
    finishedAt === null ? html`<a class="button" href="/backfills/${backfillId}/cancel">Cancel…</a>` : NOTHING
  }${
    failed.length > 0
      ? html`<a class="button" href="/backfills/${backfillId}/retry_failed">Retry ${failed.length} failed ${failed.length === 1 ? 'date' : 'dates'}…</a>`
      : NOTHING
  }</div>`;
}
