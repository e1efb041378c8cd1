/**
 * PagerDuty, by its Events API v2: a trouble triggers an incident, and its recovery resolves it. Nothing ends a warning, so it is
 * a change event of the service, which opens no incident.
 */
import type { AlertMessage } from '../../../core/alert/message/message.ts';
import { factLines } from '../../../core/alert/message/text.ts';
import { Secret } from '../../config/secret.ts';
import type { PagerdutyConfig } from '../http/config.ts';
import { postJson } from '../http/post.ts';
import type { SendOptions, Sent } from '../sending.ts';

/** The kinds of alert that open or close an incident. */
type IncidentKind = Exclude<AlertMessage['kind'], 'warning'>;

const SEVERITIES: Readonly<Record<IncidentKind, 'critical' | 'warning' | 'info'>> = {
  failed: 'critical',
  deadline_missed: 'critical',
  not_started: 'critical',
  slow: 'warning',
  recovered: 'info',
  test: 'info',
};

const MAX_SUMMARY = 1_024;
const MAX_DEDUP_KEY = 255;

export async function sendPagerduty(
  config: PagerdutyConfig,
  message: AlertMessage,
  options: SendOptions,
): Promise<Sent> {
  return message.kind === 'warning'
    ? await sendChange(config, message, options)
    : await sendIncident(config, { message, kind: message.kind }, options);
}

async function sendIncident(
  config: PagerdutyConfig,
  { message, kind }: { readonly message: AlertMessage; readonly kind: IncidentKind },
  { dedupKey, thread, now, signal }: SendOptions,
): Promise<Sent> {
  // PagerDuty has one incident for a key, however often it is told, so a repeated try does no harm.
  const key = (thread ?? message.alerts[0]?.incident ?? dedupKey).slice(0, MAX_DEDUP_KEY);
  const body = JSON.stringify({
    routing_key: config.routingKey.reveal(),
    event_action: message.isResolved ? 'resolve' : 'trigger',
    dedup_key: key,
    client: 'stockflow',
    ...(message.link === null ? {} : { client_url: message.link }),
    ...linksOf(message),
    payload: { ...payloadOf(message, now), severity: SEVERITIES[kind] },
  });
  const { status, text } = await postJson(config, body, { now, signal });
  return { thread: key, answer: `${status} ${text.slice(0, 200)}`.trim() };
}

async function sendChange(
  config: PagerdutyConfig,
  message: AlertMessage,
  { now, signal }: SendOptions,
): Promise<Sent> {
  const body = JSON.stringify({
    routing_key: config.routingKey.reveal(),
    ...linksOf(message),
    payload: payloadOf(message, now),
  });
  const { status, text } = await postJson({ ...config, url: changeUrl(config) }, body, { now, signal });
  return { thread: null, answer: `${status} ${text.slice(0, 200)}`.trim() };
}

/** Returns the address of change events, beside that of incidents: `/v2/change/enqueue`. */
function changeUrl({ url }: PagerdutyConfig): Secret {
  const target = new URL(url.reveal());
  target.pathname = target.pathname.replace(/(?<!\/change)\/enqueue$/, '/change/enqueue');
  return new Secret(target.href);
}

function payloadOf(message: AlertMessage, now: Temporal.Instant): object {
  const { title, sentence, items, commands } = message;
  return {
    summary: `${title}: ${sentence}`.slice(0, MAX_SUMMARY).toWellFormed(),
    source: message.alerts[0]?.dagId ?? 'stockflow',
    timestamp: (message.alerts[0]?.at ?? now).toString(),
    custom_details: { sentence, facts: factLines(message), alerts: items, commands },
  };
}

function linksOf({ link }: AlertMessage): object {
  return link === null ? {} : { links: [{ href: link, text: 'Open the page' }] };
}
