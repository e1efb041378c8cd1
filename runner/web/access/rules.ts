/** The rules of one server: under which names it answers, and how people say who they are. */
import type { Log } from '../../log.ts';
import type { AddressSet } from './request/addresses.ts';
import { isLoopback } from './request/host.ts';
import type { Role } from './role.ts';
import type { WebSettings } from './settings.ts';
import { UsersFile } from './users/source.ts';

export interface AccessRules {
  /** The address to listen on. */
  readonly host: string;
  /** The person whom everybody is, as admin; null where people must say who they are. */
  readonly localPerson: string | null;
  readonly usersFile: UsersFile | null;
  readonly proxyHeader: string | null;
  readonly proxies: AddressSet;
  readonly proxyRole: Role;
  /** The names under which the page answers, beside the local ones; null for any name. */
  readonly hosts: readonly string[] | null;
  readonly publicUrl: URL | null;
}

/** The page would be open to everybody who reaches `host`. */
export class NoAccessRules extends Error {
  override name = 'NoAccessRules';
  readonly host: string;
  constructor(host: string) {
    super(
      `on ${host} the page would be open to everybody who reaches this machine: set STOCKFLOW_WEB_USERS_FILE, ` +
        'or STOCKFLOW_WEB_PROXY_HEADER and STOCKFLOW_WEB_PROXY_ADDRESSES',
    );
    this.host = host;
  }
}

export interface ListeningPlace {
  readonly host: string;
  /** The user of this machine, who everybody is on a page that only this machine reaches. */
  readonly localPerson: string;
  readonly log: Log;
}

/**
 * Decides the rules of a server that listens on `host`. A users file or a login proxy that is set is asked on loopback too: there
 * a proxy on the same machine may stand in front.
 *
 * @throws NoAccessRules; UsersFileError; UsersFileUnusable
 */
export async function openAccessRules(
  settings: WebSettings,
  { host, localPerson, log }: ListeningPlace,
): Promise<AccessRules> {
  const { usersFile, proxyHeader, proxies, proxyRole, hosts, publicUrl } = settings;
  const asksWho = usersFile !== null || proxyHeader !== null;
  if (!asksWho && !isLoopback(host)) throw new NoAccessRules(host);
  if (usersFile !== null && !isLoopback(host) && publicUrl?.protocol !== 'https:' && !settings.hasProxies)
    log.warn(
      'passwords and sessions travel unencrypted: put a proxy with TLS in front, and name it in STOCKFLOW_WEB_URL',
      {
        host,
      },
    );
  return {
    host,
    localPerson: asksWho ? null : localPerson,
    usersFile: usersFile === null ? null : await UsersFile.open(usersFile, log),
    proxyHeader,
    proxies,
    proxyRole,
    hosts: asksWho ? namedHosts(hosts, publicUrl) : hosts,
    publicUrl,
  };
}

/** Returns null, for any name, where none is set. */
function namedHosts(hosts: readonly string[], publicUrl: URL | null): readonly string[] | null {
  if (hosts.length === 0) return null;
  return publicUrl === null ? hosts : [...hosts, publicUrl.hostname];
}
