/** The channels that are told by an HTTP request. */
import { Secret } from '../../config/secret.ts';
import { decoded, invalid, type ParsedUrl, readQuery, takeQuery } from '../../config/url.ts';
import { type CommonChannelConfig, OPTION_KEYS, readOptions } from '../options.ts';

/** The address is a secret: whoever has it can write to the channel. */
interface HookCommon extends CommonChannelConfig {
  readonly url: Secret;
}

export interface SlackConfig extends HookCommon {
  readonly kind: 'slack';
  /** For Slack's API with a bot's token, which keeps a thread; null for an incoming webhook. */
  readonly bot: { readonly token: Secret; readonly channel: string } | null;
}

export interface TeamsConfig extends HookCommon {
  readonly kind: 'teams';
}

export interface PagerdutyConfig extends HookCommon {
  readonly kind: 'pagerduty';
  readonly routingKey: Secret;
}

export interface WebhookConfig extends HookCommon {
  readonly kind: 'webhook';
  /** Signs each request; null for requests without a signature. */
  readonly secret: Secret | null;
  readonly secretFile: string | null;
}

export type HookConfig = SlackConfig | TeamsConfig | PagerdutyConfig | WebhookConfig;

const EVENTS_URL = 'https://events.pagerduty.com/v2/enqueue';

export function slackConfig({ id, variable, text, url }: ParsedUrl): SlackConfig {
  const query = readQuery(variable, url, ['channel', ...OPTION_KEYS]);
  const channel = query.get('channel');
  const token = decoded(variable, url.password);
  if ((channel !== undefined) !== (token !== '')) {
    throw invalid(
      variable,
      'a bot needs a token and a channel: slack+https://:token@slack.com/api/chat.postMessage?channel=C0123456789',
    );
  }
  const target = hookUrl({ variable, text, url }, []);
  return {
    kind: 'slack',
    ...common({ id, variable }, target, query, token === '' ? [] : [token]),
    bot: channel === undefined ? null : { token: new Secret(token), channel },
  };
}

export function teamsConfig({ id, variable, text, url }: ParsedUrl): TeamsConfig {
  const { own, rest } = takeQuery(variable, url, OPTION_KEYS);
  return { kind: 'teams', ...common({ id, variable }, hookUrl({ variable, text, url }, rest), own, []) };
}

export function webhookConfig({ id, variable, text, url }: ParsedUrl): WebhookConfig {
  const { own, rest } = takeQuery(variable, url, ['secret', 'secret_file', ...OPTION_KEYS]);
  const secret = own.get('secret');
  const secretFile = own.get('secret_file') ?? null;
  if (secret !== undefined && secretFile !== null)
    throw invalid(variable, 'has both secret and secret_file; keep one');
  const target = hookUrl({ variable, text, url }, rest);
  return {
    kind: 'webhook',
    ...common({ id, variable }, target, own, secret === undefined ? [] : [secret]),
    secret: secret === undefined ? null : new Secret(secret),
    secretFile,
  };
}

export function pagerdutyConfig({ id, variable, url }: ParsedUrl): PagerdutyConfig {
  const query = readQuery(variable, url, ['events_url', ...OPTION_KEYS]);
  const routingKey = decoded(variable, url.hostname);
  if (routingKey === '' || url.username !== '' || url.password !== '' || !['', '/'].includes(url.pathname)) {
    throw invalid(variable, 'is not pagerduty:// and the routing key of an integration of the Events API v2');
  }
  const target = URL.parse(query.get('events_url') ?? EVENTS_URL);
  if (target === null || !/^https?:$/.test(target.protocol)) {
    throw invalid(variable, `events_url is not an https:// address; leave it out for ${EVENTS_URL}`);
  }
  return {
    kind: 'pagerduty',
    ...common({ id, variable }, target, query, [routingKey]),
    display: `pagerduty (${target.host})`,
    routingKey: new Secret(routingKey),
  };
}

/** Returns the address to call: without the service's prefix, the log-in, and the parameters that are ours. */
function hookUrl(
  { variable, text, url }: Pick<ParsedUrl, 'variable' | 'text' | 'url'>,
  rest: readonly string[],
): URL {
  const target = URL.parse(text.replace(/^(slack|teams)\+/i, ''));
  if (target === null || target.hostname === '') throw invalid(variable, 'names no host');
  target.search = rest.length === 0 ? '' : `?${rest.join('&')}`;
  const isBot = url.protocol === 'slack+https:';
  if (isBot) {
    target.username = '';
    target.password = '';
  }
  return target;
}

function common(
  { id, variable }: Pick<ParsedUrl, 'id' | 'variable'>,
  target: URL,
  query: ReadonlyMap<string, string>,
  secrets: readonly string[],
): Omit<HookCommon, 'kind'> {
  return {
    id,
    variable,
    display: `${target.protocol}//${target.host}`,
    secrets: [...secrets, ...secretParts(target)].map((text) => new Secret(text)),
    ...readOptions(variable, query),
    url: new Secret(target.href),
  };
}

/** A part of an address that is shorter than this says nothing, and would be found in many words. */
const SHORTEST_SECRET = 8;

/** Returns whatever of an address may be a secret: a receiver or a library may quote it in part. */
function secretParts(url: URL): readonly string[] {
  const parts = [
    url.href,
    `${url.pathname}${url.search}`,
    url.pathname,
    decodeURIComponent(url.password),
    ...url.pathname.split('/'),
    ...url.searchParams.values(),
  ];
  return [...new Set(parts)].filter((part) => part.length >= SHORTEST_SECRET);
}
