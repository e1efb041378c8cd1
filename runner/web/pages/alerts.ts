/** The page of alerts: who was told, and what could not be sent. */
import {
  type ListedAlert,
  type ListedDelivery,
  type UnsentChannel,
  unsentChannels,
} from '../../store/alert/listing.ts';
import { type FailingFeed, failingFeeds } from '../../store/feed/failing.ts';
import { feedCount, feedName } from '../../view/alerts/failing.ts';
import { deliveryMark, deliveryText, readAlerts } from '../../view/alerts/list.ts';
import type { Page as Rows } from '../../view/page.ts';
import { cursorOf, olderLink } from '../html/cursor.ts';
import { textField } from '../html/form.ts';
import { dagHref, runHref } from '../html/href.ts';
import { each, type Html, html, NOTHING } from '../html/html.ts';
import { markOf } from '../html/mark.ts';
import { timeTag } from '../html/time.ts';
import type { OpenPage, Page } from '../page.ts';

const SHOWN = 50;

export const alertsPage: Page = {
  path: '/alerts',
  async open({ context, query }): Promise<OpenPage> {
    const dagId = query.get('dag') || null;
    const alerts = await readAlerts(context.pool, {
      dagId,
      runId: null,
      limit: SHOWN,
      before: cursorOf(query),
    });
    const unsent = await unsentChannels(context.pool);
    const failing = await failingFeeds(context.pool);
    return {
      title: 'Alerts',
      topics: ['alerts'],
      body: () => alertsBody(alerts, { unsent, failing }, query),
    };
  },
};

/** Renders the channels and services that are not reached. */
interface Unreached {
  readonly unsent: readonly UnsentChannel[];
  readonly failing: readonly FailingFeed[];
}

function alertsBody(
  { rows, next }: Rows<ListedAlert>,
  { unsent, failing }: Unreached,
  query: URLSearchParams,
): Html {
  const dag = query.get('dag') ?? '';
  return html`<h1>Alerts</h1>
<p class="lead">Who was told of what. A DAG names its channels under <code>alerts</code>; STOCKFLOW_ALERTS_TO names those of all DAGs.</p>
${unsentNotice(unsent, rows[0]?.timezone ?? 'UTC')}
${failingNotice(failing, rows[0]?.timezone ?? 'UTC')}
<form method="get" class="filters">${textField({ name: 'dag', label: 'DAG', value: dag })}<button>Filter</button>${
    dag === '' ? NOTHING : html` <a href="/alerts">All alerts</a>`
  }</form>
${
  rows.length === 0
    ? html`<p class="empty">${dag === '' ? 'Nothing was told yet.' : 'Nothing was told of this DAG.'}</p>`
    : html`<div class="scroll"><table class="stack"><caption class="visually-hidden">Alerts, newest first</caption>
<thead><tr><th scope="col">at</th><th scope="col">kind</th><th scope="col">of</th><th scope="col">what</th><th scope="col">told</th></tr></thead>
<tbody>${each(rows, alertRow)}</tbody></table></div>${olderLink(query, next)}`
}`;
}

/** Tells which channels do not take what they are to be told; nothing while all do. */
export function unsentNotice(unsent: readonly UnsentChannel[], timezone: string): Html {
  if (unsent.length === 0) return NOTHING;
  return html`<section class="notice failed" id="alerts-unsent" aria-labelledby="alerts-unsent-title"><h2 id="alerts-unsent-title">Alerts not sent</h2>${each(
    unsent,
    ({ channel, count, since, errorText, nextAttemptAt }) =>
      html`<p class="text"><strong class="mono">${channel}</strong>: ${count} ${count === 1 ? 'alert' : 'alerts'}, since ${timeTag(since, timezone)}: ${errorText}. ${nextTry(nextAttemptAt, timezone)}</p>`,
  )}</section>`;
}

/** Tells which monitors and receivers of lineage or traces do not take what they are sent; nothing while all do. */
export function failingNotice(failing: readonly FailingFeed[], timezone: string): Html {
  if (failing.length === 0) return NOTHING;
  return html`<section class="notice warning" id="feeds-failing" aria-labelledby="feeds-failing-title"><h2 id="feeds-failing-title">Other services not reached</h2>${each(
    failing,
    (feed) =>
      html`<p class="text"><strong>${feedName(feed)}</strong>: ${feedCount(feed)}, since ${timeTag(feed.since, timezone)}: ${feed.errorText}. ${nextTry(feed.nextAttemptAt, timezone)}</p>`,
  )}</section>`;
}

function nextTry(at: Temporal.Instant | null, timezone: string): Html {
  return at === null ? html`Given up.` : html`The next try is at ${timeTag(at, timezone)}.`;
}

function alertRow(alert: ListedAlert): Html {
  const { alertId, at, timezone, kind, dagId, runId, sentence, closedAt } = alert;
  return html`<tr id="alert-${alertId}"><th scope="row">${timeTag(at, timezone)}</th>
<td data-label="kind">${kind.replaceAll('_', ' ')}${closedAt === null ? NOTHING : html` <span class="soft small">over since ${timeTag(closedAt, timezone)}</span>`}</td>
<td data-label="of"><a class="mono" href="${dagHref(dagId)}">${dagId}</a>${runId === null ? NOTHING : html` <a href="${runHref(runId)}">run ${runId}</a>`}</td>
<td data-label="what">${sentence}</td>
<td data-label="told">${toldList(alert)}</td></tr>`;
}

/** Renders the channels of an alert, each with what became of it. */
export function toldList({ deliveries, timezone }: Pick<ListedAlert, 'deliveries' | 'timezone'>): Html {
  if (deliveries.length === 0) return html`<span class="soft">nobody</span>`;
  return html`<ul class="plain">${each(deliveries, (delivery) => deliveryItem(delivery, timezone))}</ul>`;
}

function deliveryItem(delivery: ListedDelivery, timezone: string): Html {
  const { channel, sentAt, errorText, nextAttemptAt, repeatCount } = delivery;
  const { shape, className } = markOf(deliveryMark(delivery));
  const when =
    sentAt !== null
      ? html` ${timeTag(sentAt, timezone)}`
      : nextAttemptAt !== null
        ? html`, next at ${timeTag(nextAttemptAt, timezone)}`
        : NOTHING;
  return html`<li><span class="state ${className}"><span class="mark" aria-hidden="true">${shape}</span> <span class="mono">${channel}</span></span> ${deliveryText(delivery)}${when}${
    repeatCount === 0 ? NOTHING : `, told again ${repeatCount === 1 ? 'once' : `${repeatCount} times`}`
  }${errorText === null ? NOTHING : html`<br><span class="soft small">${errorText}</span>`}</li>`;
}
