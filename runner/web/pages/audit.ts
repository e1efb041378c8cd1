/** The history: who did what, when and why, and how far it is sealed. */
import type { EventFilter, ListedEvent } from '../../store/event/listing.ts';
import { type SealState, sealState } from '../../store/event/seal_state.ts';
import { readEvents } from '../../view/audit/events.ts';
import type { Page as Rows } from '../../view/page.ts';
import { cursorOf, olderLink } from '../html/cursor.ts';
import { textField } from '../html/form.ts';
import { each, type Html, html, NOTHING } from '../html/html.ts';
import { timeTag } from '../html/time.ts';
import { HttpError } from '../http_error.ts';
import type { OpenPage, Page } from '../page.ts';

const SHOWN = 100;
const FILTERS = ['dag', 'run', 'task', 'action', 'actor', 'since'] as const;

export const auditPage: Page = {
  path: '/audit',
  async open({ context, query }): Promise<OpenPage> {
    const events = await readEvents(context.pool, {
      ...filterOf(query),
      limit: SHOWN,
      before: cursorOf(query),
    });
    const seal = await sealState(context.pool);
    return { title: 'Audit', topics: [], body: () => auditBody(events, seal, query) };
  },
};

/** @throws HttpError that names the field */
function filterOf(query: URLSearchParams): Omit<EventFilter, 'limit' | 'before'> {
  const text = (name: (typeof FILTERS)[number]) => query.get(name) || null;
  const run = text('run');
  if (run !== null && !/^\d{1,15}$/.test(run))
    throw new HttpError(400, `run is an id, a whole number; ${run} is none`);
  return {
    dagId: text('dag'),
    runId: run === null ? null : Number(run),
    taskId: text('task'),
    action: text('action'),
    actor: text('actor'),
    since: sinceOf(text('since')),
  };
}

function sinceOf(text: string | null): Temporal.Instant | null {
  if (text === null) return null;
  try {
    return Temporal.PlainDate.from(text).toZonedDateTime('UTC').toInstant();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new HttpError(400, `since is a date in UTC, such as 2026-01-31; ${text} is none`);
  }
}

function auditBody({ rows, next }: Rows<ListedEvent>, seal: SealState, query: URLSearchParams): Html {
  const value = (name: (typeof FILTERS)[number]) => query.get(name) ?? '';
  const isFiltered = FILTERS.some((name) => value(name) !== '');
  return html`<h1>Audit</h1>
<p class="lead">${sealSentence(seal)}</p>
<form method="get" class="filters">
${textField({ name: 'dag', label: 'DAG', value: value('dag') })}
${textField({ name: 'run', label: 'Run', value: value('run') })}
${textField({ name: 'task', label: 'Task', value: value('task') })}
${textField({ name: 'action', label: 'Action', value: value('action') })}
${textField({ name: 'actor', label: 'By', value: value('actor') })}
${textField({ name: 'since', label: 'Since (UTC)', type: 'date', value: value('since') })}
<button>Filter</button>${isFiltered ? html` <a href="/audit">All events</a>` : NOTHING}</form>
${
  rows.length === 0
    ? html`<p class="empty">${isFiltered ? 'No event matches. An action is a noun and a verb, such as run.created, or a noun alone.' : 'Nothing has happened yet.'}</p>`
    : html`<div class="scroll"><table class="stack"><caption class="visually-hidden">Events, newest first</caption>
<thead><tr><th scope="col">event</th><th scope="col">at</th><th scope="col">by</th><th scope="col">action</th><th scope="col">of</th><th scope="col">reason</th></tr></thead>
<tbody>${each(rows, eventRow)}</tbody></table></div>${olderLink(query, next)}`
}`;
}

function sealSentence({ seal, unsealed, unsealedSince }: SealState): Html {
  const open =
    unsealed === 0
      ? html`Every event is sealed`
      : html`${unsealed} ${unsealed === 1 ? 'event is' : 'events are'} not sealed yet${unsealedSince === null ? NOTHING : html`, since ${timeTag(unsealedSince, 'UTC', 'second')}`}`;
  const newest =
    seal === null
      ? NOTHING
      : html`; seal ${seal.sealId} of ${timeTag(seal.sealedAt, 'UTC', 'second')} is <code>${seal.hash.slice(0, 16)}</code>`;
  return html`${open}${newest}. Rows are only ever added; a seal proves that none was changed since.`;
}

export function eventRow(event: ListedEvent): Html {
  const { eventId, at, actor, channel, action, reason, before, after } = event;
  return html`<tr id="event-${eventId}"><th scope="row">${eventId}</th>
<td data-label="at">${timeTag(at, 'UTC', 'second')}</td>
<td data-label="by">${actor}${actor.startsWith(channel) ? NOTHING : html` <span class="soft small">${channel}</span>`}</td>
<td data-label="action" class="mono">${action}</td>
<td data-label="of">${placeOf(event)}</td>
<td data-label="reason"><span class="wrap">${reason ?? ''}</span>${before === null && after === null ? NOTHING : changePart({ before, after })}</td></tr>`;
}

function placeOf({ dagId, runId, taskId, mapIndex }: ListedEvent): Html {
  if (runId !== null) {
    const task =
      taskId === null
        ? NOTHING
        : html` <a class="mono" href="/runs/${runId}/tasks/${taskId}">${taskId}${mapIndex === null || mapIndex < 0 ? '' : `[${mapIndex}]`}</a>`;
    return html`<a href="/runs/${runId}">run ${runId}</a>${dagId === null ? NOTHING : html` of ${dagId}`}${task}`;
  }
  return dagId === null ? NOTHING : html`<a class="mono" href="/dags/${dagId}">${dagId}</a>`;
}

function changePart(change: Pick<ListedEvent, 'before' | 'after'>): Html {
  return html`<details><summary class="small">what changed</summary><pre>${JSON.stringify(change, null, 2)}</pre></details>`;
}
