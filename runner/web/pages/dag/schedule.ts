/** When a DAG is due: in words, the next instants, and the nights of the coming year on which its clocks change. */
import { clockChangeDate } from '../../../core/change/clock_change_dates.ts';
import type { Dag } from '../../../core/dag/dag.ts';
import { clockChanges } from '../../../core/time/clock_change.ts';
import { type NextRow, nextRows } from '../../../view/dag/next.ts';
import { scheduleWords } from '../../../view/dag/schedule_words.ts';
import { sentencesOf } from '../../../view/plan/sections.ts';
import { clockChangeWords } from '../../../view/plan/words.ts';
import { spanText } from '../../../view/time_text.ts';
import { dagHref } from '../../html/href.ts';
import { each, type Html, html, NOTHING } from '../../html/html.ts';
import { shapeMark } from '../../html/mark.ts';
import { dateText, timeTag } from '../../html/time.ts';

const NEXT_COUNT = 5;
const YEAR_HOURS = 365 * 24;

export interface DueFacts {
  readonly dag: Dag;
  readonly isPaused: boolean;
  readonly now: Temporal.Instant;
}

function noneDue({ after }: Dag): Html {
  if (after === null) return html`No run is due. It runs when somebody triggers it.`;
  return html`A run follows each success of <a class="mono" href="${dagHref(after)}">${after}</a>, for the same business date.`;
}

export function scheduleSection({ dag, isPaused, now }: DueFacts): Html {
  const next = nextRows(dag, { after: now, count: NEXT_COUNT });
  const nights = clockChanges(dag.timezone, { after: now, until: now.add({ hours: YEAR_HOURS }) });
  return html`<section aria-labelledby="schedule"><h2 id="schedule">Schedule</h2>
<p>${scheduleWords(dag)}${isPaused ? '; paused: none of these begins until it is resumed' : ''}</p>
${
  next.length === 0
    ? html`<p class="empty">${noneDue(dag)}</p>`
    : html`<ol class="plain-list">${each(next, (row) => nextItem(row, dag.timezone, now))}</ol>`
}
${
  nights.length === 0 || dag.schedule.length === 0
    ? NOTHING
    : html`<h3>Nights of the coming year on which the clocks change</h3>
<dl class="facts">${each(
        nights,
        (night) =>
          html`<dt>${clockChangeWords(night)}</dt><dd>${each(sentencesOf(clockChangeDate(dag, night), dag.timezone), (line) => html`<div>${line}</div>`)}</dd>`,
      )}</dl>`
}</section>`;
}

function nextItem(row: NextRow, timezone: string, now: Temporal.Instant): Html {
  const { businessDate, scheduledFor, note } = row;
  if (scheduledFor === null) {
    const today = now.toZonedDateTimeISO(timezone).toPlainDate();
    return html`<li class="soft">${dateText(businessDate, today)} ${shapeMark('closed')} ${note ?? ''}</li>`;
  }
  const wait = spanText(scheduledFor.epochMilliseconds - now.epochMilliseconds);
  return html`<li>${timeTag(scheduledFor, timezone)} <span class="soft small">in ${wait}${note === null ? '' : `; ${note}`}</span></li>`;
}
