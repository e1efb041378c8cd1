/** PagerDuty, by its Events API v2: a trouble triggers an incident, and its recovery resolves it. */
import type { AlertMessage } from '../../../core/alert/message/message.ts';
import { factLines } from '../../../core/alert/message/text.ts';
import type { PagerdutyConfig } from '../http/config.ts';
import { postJson } from '../http/post.ts';
import type { SendOptions, Sent } from '../sending.ts';

const SEVERITIES: Readonly<Record<AlertMessage['kind'], 'critical' | 'error' | 'warning' | 'info'>> = {
  failed: 'critical',
  deadline_missed: 'critical',
  not_started: 'critical',
  slow: 'warning',
  warning: 'warning',
  recovered: 'info',
  test: 'info',
};

const MAX_SUMMARY = 1_024;
const MAX_DEDUP_KEY = 255;

export async function sendPagerduty(
  config: PagerdutyConfig,
  message: AlertMessage,
  { dedupKey, thread, now, signal }: SendOptions,
): Promise<Sent> {
  const { title, sentence, items, commands, link, isResolved } = message;
  // PagerDuty has one incident for a key, however often it is told, so a repeated try does no harm.
  const key = (thread ?? message.alerts[0]?.incident ?? dedupKey).slice(0, MAX_DEDUP_KEY);
  const body = JSON.stringify({
    routing_key: config.routingKey.reveal(),
    event_action: isResolved ? 'resolve' : 'trigger',
    dedup_key: key,
    client: 'stockflow',
    ...(link === null ? {} : { client_url: link, links: [{ href: link, text: 'Open the page' }] }),
    payload: {
      summary: `${title}: ${sentence}`.slice(0, MAX_SUMMARY).toWellFormed(),
      source: message.alerts[0]?.dagId ?? 'stockflow',
      severity: SEVERITIES[message.kind],
      timestamp: (message.alerts[0]?.at ?? now).toString(),
      custom_details: { sentence, facts: factLines(message), alerts: items, commands },
    },
  });
  const { status, text } = await postJson(config, body, { now, signal });
  return { thread: key, answer: `${status} ${text.slice(0, 200)}`.trim() };
}
