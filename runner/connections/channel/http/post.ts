/** Posts JSON to a channel: bounded in time and in what is read, and never to another host than the one that was named. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { errorFacts } from '../../../core/value/error_text.ts';
import { answered } from '../../http/answered.ts';
import { retryAfterMs } from '../../http/retry_after.ts';
import { AFTER_FIX_MS, ChannelError } from '../error.ts';
import { redactChannel } from '../options.ts';
import { withinTime } from '../time_limit.ts';
import type { HookConfig } from './config.ts';

export interface PostOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** The present instant, against which a date of `Retry-After` is taken. */
  readonly now: Temporal.Instant;
}

export interface Answer {
  readonly status: number;
  /** The beginning of the body, without secrets. */
  readonly text: string;
}

const MAX_BODY_CHARS = 65_536;
const MAX_REDIRECTS = 3;

/** @throws ChannelError if the receiver does not answer with a status from 200 to 299 */
export async function postJson(config: HookConfig, body: string, options: PostOptions): Promise<Answer> {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': 'stockflow',
    ...options.headers,
  };
  let url = new URL(config.url.reveal());
  for (let redirects = 0; ; redirects += 1) {
    const { response, text } = await exchange({ config, url, body, headers, signal: options.signal });
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return { status, text: redactChannel(text, config) };
    if (status < 300 || status >= 400) throw refusal(config, response, text, options.now);
    url = redirectTarget(config, url, response);
    if (redirects === MAX_REDIRECTS) throw afterFix(`${config.display} redirects again and again`);
  }
}

interface Exchange {
  readonly config: HookConfig;
  readonly url: URL;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

async function exchange({ config, url, body, headers, signal }: Exchange): Promise<{
  readonly response: IncomingMessage;
  readonly text: string;
}> {
  try {
    return await withinTime(signal, async (limit) => {
      const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
      const request = send(url, { method: 'POST', headers, signal: limit, agent: false });
      const response = await answered(request, body, url.protocol === 'https:' ? 'secureConnect' : 'connect');
      return { response, text: await beginningOf(response) };
    });
  } catch (error) {
    const { errorText } = errorFacts(error);
    throw new ChannelError(redactChannel(`${config.display}: ${errorText}`, config), { isRetryable: true });
  }
}

/** The rest of a long answer is not waited for. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) {
    text += String(chunk);
    if (text.length >= MAX_BODY_CHARS) break;
  }
  return text.slice(0, MAX_BODY_CHARS);
}

/** Statuses of an address, a token or a right that a person has to correct. */
const TO_BE_FIXED = [401, 403, 404, 405, 407, 410, 421];

const MOMENTARY = [408, 409, 425, 429];
const TOO_LARGE = 413;

function refusal(
  config: HookConfig,
  { statusCode = 0, headers }: IncomingMessage,
  text: string,
  now: Temporal.Instant,
): ChannelError {
  const said = excerpt(redactChannel(text, config));
  const message = `${config.display} answered ${statusCode}${said === '' ? '' : `: ${said}`}`;
  if (TO_BE_FIXED.includes(statusCode)) return afterFix(message);
  if (statusCode >= 500 || MOMENTARY.includes(statusCode)) {
    return new ChannelError(message, {
      isRetryable: true,
      retryAfterMs: retryAfterMs(headers['retry-after'], now),
    });
  }
  // Most services answer a wrong key with 400, as they do a message that they cannot read.
  return new ChannelError(message, {
    isRetryable: statusCode !== TOO_LARGE,
    retryAfterMs: AFTER_FIX_MS,
    holdsChannel: false,
  });
}

/** @throws ChannelError unless the same host is to be asked in the same way */
function redirectTarget(config: HookConfig, from: URL, { statusCode, headers }: IncomingMessage): URL {
  const target = URL.parse(headers.location ?? '', from);
  if (target === null) throw afterFix(`${config.display} answered ${statusCode} without an address`);
  if (target.origin !== from.origin) {
    // Only the host is named: the path of the new address may repeat the secret of the old one.
    throw afterFix(
      `${config.display} redirects to another host, ${target.host}, which is not followed; if that is right, set ${config.variable} to the new address`,
    );
  }
  if (statusCode !== 307 && statusCode !== 308) {
    throw afterFix(
      `${config.display} answered ${statusCode}, a redirect that drops the message; set ${config.variable} to the address that takes it`,
    );
  }
  return target;
}

function afterFix(message: string): ChannelError {
  return new ChannelError(message, { isRetryable: true, retryAfterMs: AFTER_FIX_MS });
}

function excerpt(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 200).toWellFormed();
}
