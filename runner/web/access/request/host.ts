/**
 * Checks the `Host` of a request. A page that is open to everybody on this machine must not answer to a name of somebody
 * else's: a web site could give its own name this machine's address (DNS rebinding), and read the page as its own.
 */

const LOCAL_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** Returns whether only this machine reaches an address to listen on. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Returns whether the name in `Host`, with any port, is a local one or one of `known`.
 *
 * @param header the header's value; undefined where the request has none
 * @param known further names, in lower case
 */
export function isKnownHost(header: string | undefined, known: readonly string[]): boolean {
  const name = hostName(header);
  return name !== null && (LOCAL_NAMES.includes(name) || known.includes(name));
}

/** Returns the name without its port, in lower case; null where the header is no host. */
function hostName(header: string | undefined): string | null {
  const [, name] = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(?::\d{1,5})?$/i.exec(header ?? '') ?? [];
  return name?.toLowerCase() ?? null;
}
