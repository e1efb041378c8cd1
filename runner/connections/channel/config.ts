/**
 * Reads channels by id from `STOCKFLOW_CONN_<ID>`:
 *
 * `smtp://user:secret@mail.example:587?from=night@example.com&to=ops@example.com`
 * `slack+https://hooks.slack.com/services/...`, `teams+https://...`, `pagerduty://routing-key`
 * `https://example.com/hook?secret_file=/run/secrets/hook`
 */
import { Secret } from '../config/secret.ts';
import {
  connectionUrl,
  connectionVariable,
  decoded,
  type Environment,
  invalid,
  type ParsedUrl,
  readQuery,
} from '../config/url.ts';
import { type HookConfig, pagerdutyConfig, slackConfig, teamsConfig, webhookConfig } from './http/config.ts';
import { type CommonChannelConfig, OPTION_KEYS, readOptions } from './options.ts';
import { type ChannelScheme, channelScheme } from './scheme.ts';

export interface SmtpConfig extends CommonChannelConfig {
  readonly kind: 'smtp';
  readonly host: string;
  readonly port: number;
  /** Whether the conversation is encrypted from its first byte, or by STARTTLS, or only where the server offers it. */
  readonly encryption: 'tls' | 'starttls' | 'if_offered';
  readonly user: string | null;
  readonly password: Secret | null;
  readonly passwordFile: string | null;
  readonly from: string;
  readonly to: readonly string[];
  /** Certificates that are trusted besides those of the system, in PEM. */
  readonly caFile: string | null;
}

export type ChannelConfig = SmtpConfig | HookConfig;

const WANTED =
  'the URL of a channel: smtp://, smtps://, slack+https://, teams+https://, pagerduty:// or https://';
const SMTP_KEYS = ['from', 'to', 'starttls', 'password_file', 'ca_file'];
const ADDRESS = /^[^\s@<>,;"]+@[^\s@<>,;"]+$/;

const READERS: Readonly<Record<ChannelScheme, (parsed: ParsedUrl) => ChannelConfig>> = {
  smtp: smtpConfig,
  smtps: smtpConfig,
  'slack+https': slackConfig,
  'teams+https': teamsConfig,
  pagerduty: pagerdutyConfig,
  https: webhookConfig,
  http: webhookConfig,
};

/**
 * Returns the channel of an id.
 * @throws ConnectionError `missing` or `invalid`, naming the variable and never its value
 */
export function channelFromEnv(id: string, env: Environment): ChannelConfig {
  const parsed = connectionUrl(id, env, WANTED);
  const scheme = channelScheme(parsed.url);
  if (scheme === null) {
    const isOfTasks = /^(postgres(ql)?|sftp):$/.test(parsed.url.protocol);
    throw invalid(
      parsed.variable,
      isOfTasks
        ? `is a connection of tasks (${parsed.url.protocol}//), through which nobody can be told; write ${WANTED}`
        : `is not ${WANTED}`,
    );
  }
  return READERS[scheme](parsed);
}

/** Returns true if the variable of the id is set to the URL of a channel, valid or not. */
export function isChannel(id: string, env: Environment): boolean {
  const url = URL.parse(env[connectionVariable(id)]?.trim() ?? '');
  return url !== null && channelScheme(url) !== null;
}

function smtpConfig({ id, variable, url }: ParsedUrl): SmtpConfig {
  const query = readQuery(variable, url, [...SMTP_KEYS, ...OPTION_KEYS]);
  if (url.hostname === '') throw invalid(variable, 'names no host');
  if (!['', '/'].includes(url.pathname)) {
    throw invalid(variable, 'has a path; write the / of a user or a password as %2F');
  }
  const isTls = url.protocol === 'smtps:';
  const port = url.port === '' ? (isTls ? 465 : 587) : Number(url.port);
  const user = decoded(variable, url.username);
  const password = decoded(variable, url.password);
  const passwordFile = query.get('password_file') ?? null;
  if (password !== '' && passwordFile !== null)
    throw invalid(variable, 'has both a password and password_file; keep one');
  if (user !== '' && password === '' && passwordFile === null)
    throw invalid(variable, 'has a user without a password; add one, or password_file=/path');
  return {
    kind: 'smtp',
    id,
    variable,
    display: `${url.protocol}//${user === '' ? '' : `${user}@`}${url.hostname}:${port}`,
    secrets: password === '' ? [] : [new Secret(password), new Secret(btoaUtf8(password))],
    ...readOptions(variable, query),
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    encryption: isTls ? 'tls' : readStarttls(variable, query.get('starttls')),
    user: user === '' ? null : user,
    password: password === '' ? null : new Secret(password),
    passwordFile,
    from: readAddresses(variable, 'from', query.get('from'))[0] ?? '',
    to: readAddresses(variable, 'to', query.get('to')),
    caFile: query.get('ca_file') ?? null,
  };
}

function readStarttls(variable: string, text: string | undefined): 'starttls' | 'if_offered' {
  if (text === undefined || text === 'required') return 'starttls';
  if (text === 'if_offered') return 'if_offered';
  throw invalid(variable, 'starttls is neither required nor if_offered; leave it out for required');
}

function readAddresses(variable: string, key: 'from' | 'to', text: string | undefined): readonly string[] {
  if (text === undefined) throw invalid(variable, `has no ${key}; add ${key}=name@example.com`);
  const addresses = text.split(',').map((address) => address.trim());
  if (!addresses.every((address) => ADDRESS.test(address)) || (key === 'from' && addresses.length > 1)) {
    throw invalid(
      variable,
      key === 'from'
        ? 'from is not one mail address; write from=name@example.com'
        : 'to is not a list of mail addresses; write to=a@example.com,b@example.com',
    );
  }
  return addresses;
}

/** A server may quote the line in which the password was sent, which has it in base64. */
function btoaUtf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
