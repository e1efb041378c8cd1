/** The settings of the page in the environment, validated. */
import { z } from 'zod';
import { AddressError, type AddressSet, parseAddresses } from './request/addresses.ts';
import { ROLES, type Role } from './role.ts';

export interface WebSettings {
  readonly usersFile: string | null;
  /** The header in which a login proxy names the person, in lower case. */
  readonly proxyHeader: string | null;
  /** The proxies in front: their headers alone are believed. */
  readonly proxies: AddressSet;
  readonly hasProxies: boolean;
  /** The role of a person whom the login proxy names and the users file does not. */
  readonly proxyRole: Role;
  /** Further names under which the page answers, in lower case. */
  readonly hosts: readonly string[];
  /** The URL by which people reach the page; null where it is that of this server. */
  readonly publicUrl: URL | null;
}

export interface SettingsProblem {
  readonly variable: string;
  readonly what: string;
}

export class WebSettingsError extends Error {
  override name = 'WebSettingsError';
  readonly problems: readonly SettingsProblem[];
  constructor(problems: readonly SettingsProblem[]) {
    super(problems.map(({ variable, what }) => `${variable}: ${what}`).join('\n'));
    this.problems = problems;
  }
}

const HOST_NAME = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)$/;

const schema = z
  .object({
    STOCKFLOW_WEB_USERS_FILE: z.string().optional(),
    STOCKFLOW_WEB_PROXY_HEADER: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'write the name of a header, such as X-Forwarded-User')
      .transform((name) => name.toLowerCase())
      .refine(
        (name) => !['host', 'cookie', 'authorization', 'origin'].includes(name),
        'that header has a meaning of its own',
      )
      .optional(),
    STOCKFLOW_WEB_PROXY_ADDRESSES: z.string().default('').transform(readAddresses),
    STOCKFLOW_WEB_PROXY_ROLE: z.enum(ROLES, { error: `write ${ROLES.join(', ')}` }).default('viewer'),
    STOCKFLOW_WEB_HOSTS: z
      .string()
      .default('')
      .transform((text) =>
        text
          .toLowerCase()
          .split(/[\s,]+/)
          .filter(Boolean),
      )
      .refine(
        (names) => names.every((name) => HOST_NAME.test(name)),
        'write names without scheme and port, such as stock.example.com',
      ),
    STOCKFLOW_WEB_URL: z
      .string()
      .refine(isPublicUrl, 'write the address that people open, such as https://stock.example.com')
      .transform((text) => new URL(text))
      .optional(),
  })
  .check(({ value, issues }) => {
    if (
      value.STOCKFLOW_WEB_PROXY_HEADER === undefined ||
      value.STOCKFLOW_WEB_PROXY_ADDRESSES !== NO_ADDRESSES
    )
      return;
    issues.push({
      code: 'custom',
      path: ['STOCKFLOW_WEB_PROXY_ADDRESSES'],
      message: 'missing: name the addresses of the login proxy, since anybody else can send its header',
      input: value,
    });
  });

const NO_ADDRESSES: AddressSet = parseAddresses('');

/** @throws WebSettingsError that names every variable which is wrong */
export function readWebSettings(env: Readonly<Record<string, string | undefined>>): WebSettings {
  const names = Object.keys(schema.shape);
  const parsed = schema.safeParse(Object.fromEntries(names.map((name) => [name, env[name] || undefined])));
  if (!parsed.success) {
    throw new WebSettingsError(
      parsed.error.issues.map(({ path, message }) => ({ variable: String(path[0]), what: message })),
    );
  }
  const { data } = parsed;
  return {
    usersFile: data.STOCKFLOW_WEB_USERS_FILE ?? null,
    proxyHeader: data.STOCKFLOW_WEB_PROXY_HEADER ?? null,
    proxies: data.STOCKFLOW_WEB_PROXY_ADDRESSES,
    hasProxies: data.STOCKFLOW_WEB_PROXY_ADDRESSES !== NO_ADDRESSES,
    proxyRole: data.STOCKFLOW_WEB_PROXY_ROLE,
    hosts: data.STOCKFLOW_WEB_HOSTS,
    publicUrl: data.STOCKFLOW_WEB_URL ?? null,
  };
}

function readAddresses(text: string, context: z.RefinementCtx): AddressSet {
  if (text.trim() === '') return NO_ADDRESSES;
  try {
    return parseAddresses(text);
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
    return z.NEVER;
  }
}

function isPublicUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname, search, hash, username } = new URL(text);
  return /^https?:$/.test(protocol) && pathname === '/' && `${search}${hash}${username}` === '';
}
