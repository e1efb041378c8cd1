/** The dates of a plan or of a backfill, so that both can be compared line by line. */
import { decisionText, type PlannedDate } from '../../../core/backfill/plan.ts';
import type { BackfillDate } from '../../../store/backfill/report.ts';
import { stateOf, tookMs } from '../../../view/backfill/columns.ts';
import { spanText } from '../../../view/time_text.ts';
import { each, type Html, html, NOTHING } from '../../html/html.ts';
import { stateMark } from '../../html/mark.ts';
import { dateText, timeTag } from '../../html/time.ts';

interface DatesOptions {
  readonly timezone: string;
  readonly now: Temporal.Instant;
  readonly caption: string;
}

export function datesTable(dates: readonly (PlannedDate | BackfillDate)[], options: DatesOptions): Html {
  const isBackfill = dates.some((date) => 'stage' in date);
  return html`<div class="scroll"><table class="stack"><caption>${options.caption}</caption>
<thead><tr><th scope="col">date</th><th scope="col">scheduled for</th><th scope="col">decision</th>${
    isBackfill ? html`<th scope="col">state</th><th scope="col" class="num">took</th>` : NOTHING
  }<th scope="col">run</th><th scope="col">detail</th></tr></thead>
<tbody>${each(dates, (date) => dateRow(date, options, isBackfill ? 'backfill' : 'plan'))}</tbody></table></div>`;
}

function dateRow(
  date: PlannedDate | BackfillDate,
  { timezone, now }: DatesOptions,
  kind: 'plan' | 'backfill',
): Html {
  const { businessDate, scheduledFor, runId, detail } = date;
  const today = now.toZonedDateTimeISO(timezone).toPlainDate();
  const went = 'stage' in date ? date : null;
  const state = went === null ? null : stateOf(went);
  const took = went === null ? null : tookMs(went);
  const error = went?.errorText ?? null;
  return html`<tr id="date-${String(businessDate)}"><th scope="row" class="nowrap">${dateText(businessDate, today)}</th>
<td data-label="scheduled for">${scheduledFor === null ? '' : timeTag(scheduledFor, timezone)}</td>
<td data-label="decision">${decisionText(date)}</td>${
    kind === 'plan'
      ? NOTHING
      : html`<td data-label="state">${state === null ? '' : stateMark(state)}</td><td data-label="took" class="num">${took === null ? '' : spanText(took)}</td>`
  }
<td data-label="run">${runId === null ? '' : html`<a href="/runs/${runId}">${runId}</a>`}</td>
<td data-label="detail">${detail ?? ''}${error === null ? '' : html`${went?.failedTaskId == null ? '' : `${went.failedTaskId}: `}${error}`}</td></tr>`;
}
