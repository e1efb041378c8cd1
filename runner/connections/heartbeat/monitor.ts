/**
 * Pings a cron monitor by id from `STOCKFLOW_CONN_<ID>`: `https://hc-ping.com/uuid`. Whoever knows the path can ping, so it
 * is a secret and never shown.
 */
import type { PingKind } from '../../core/heartbeat/ping.ts';
import { errorFacts } from '../../core/value/error_text.ts';
import { connectionUrl, type Environment, invalid } from '../config/url.ts';

/** A ping that the monitor did not take; its text holds no secret. */
export class PingError extends Error {
  override name = 'PingError';
  /** False if the same ping would be refused again. */
  readonly isRetryable: boolean;
  constructor(message: string, isRetryable: boolean) {
    super(message);
    this.isRetryable = isRetryable;
  }
}

export interface Ping {
  readonly kind: PingKind;
  /** A UUID that the pings of one run share; null for a note. */
  readonly rid: string | null;
  readonly body: string;
}

const WANTED = 'the http:// or https:// URL of a cron monitor';
const ANSWER_WITHIN_MS = 5_000;

/**
 * Returns the URL of a ping.
 * @throws ConnectionError `missing` or `invalid`, naming the variable and never its value
 */
export function pingUrl(id: string, env: Environment, { kind, rid }: Pick<Ping, 'kind' | 'rid'>): URL {
  const { url, variable } = connectionUrl(id, env, WANTED);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw invalid(variable, `is not ${WANTED}`);
  const ping = new URL(url);
  if (kind !== 'success') ping.pathname = `${ping.pathname.replace(/\/$/, '')}/${kind}`;
  if (rid !== null) ping.searchParams.set('rid', rid);
  return ping;
}

/**
 * Sends a ping. A redirect is refused, since it would carry the figures to another place.
 * @throws ConnectionError; PingError
 */
export async function sendPing(id: string, env: Environment, ping: Ping): Promise<void> {
  const url = pingUrl(id, env, ping);
  let status: number;
  try {
    const answer = await fetch(url, {
      method: 'POST',
      body: ping.body,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'user-agent': 'stockflow' },
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    status = answer.status;
    await answer.body?.cancel();
  } catch (error) {
    throw new PingError(`${url.host}: ${withoutUrl(errorFacts(error).errorText, url)}`, true);
  }
  if (status >= 200 && status < 300) return;
  throw new PingError(
    `${url.host} answered ${status}`,
    status >= 500 || status === 408 || status === 425 || status === 429,
  );
}

/** An error of the network names the host as a rule; nothing promises that it names no path. */
function withoutUrl(text: string, { href, pathname, search }: URL): string {
  return [href, `${pathname}${search}`, pathname]
    .filter((part) => part !== '/')
    .reduce((clean, part) => clean.replaceAll(part, '[secret]'), text);
}
