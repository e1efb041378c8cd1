/** Addresses of the network: those of proxies, and that of the person behind them. */
import { BlockList, isIP } from 'node:net';

/** Addresses and ranges, such as those of the proxies in front. */
export interface AddressSet {
  has(address: string): boolean;
}

export class AddressError extends Error {
  override name = 'AddressError';
}

/**
 * Parses `10.0.0.7, 10.1.0.0/16, fd00::/8`.
 * @throws AddressError for a word that is no address, and for a range that holds every address
 */
export function parseAddresses(text: string): AddressSet {
  const list = new BlockList();
  for (const word of text.split(/[\s,]+/).filter((part) => part !== '')) {
    const [address = '', bits] = word.split('/');
    const family = familyOf(address);
    if (family === null) throw new AddressError(`${word} is no address; write 10.0.0.7 or 10.1.0.0/16`);
    if (bits === undefined) {
      list.addAddress(address, family);
      continue;
    }
    const length = /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
    if (!(length <= (family === 'ipv4' ? 32 : 128)))
      throw new AddressError(`${word}: /${bits} is no length of a range`);
    if (length === 0) throw new AddressError(`${word} is every address there is`);
    list.addSubnet(address, length, family);
  }
  return {
    has(address) {
      const plain = plainAddress(address);
      const family = familyOf(plain);
      return family !== null && list.check(plain, family);
    },
  };
}

/** Returns an address without its zone, and an IPv4 address that came in on an IPv6 socket as IPv4. */
export function plainAddress(address: string): string {
  const [plain = ''] = address.split('%');
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1] ?? plain;
}

/**
 * Returns the address of the client: that of the peer, or where the peer is a known proxy, the last one in
 * `X-Forwarded-For` that is not a proxy too. What lies before that was written by the client, and may be anything.
 */
export function clientAddress(peer: string, forwardedFor: string | undefined, proxies: AddressSet): string {
  let client = plainAddress(peer);
  const hops = (forwardedFor ?? '').split(',').map((hop) => plainAddress(hop.trim()));
  while (proxies.has(client)) {
    const before = hops.pop();
    if (before === undefined || familyOf(before) === null) break;
    client = before;
  }
  return client;
}

/** Returns the network of one client: an IPv4 address, or the /64 of an IPv6 address, in which a client picks any. */
export function networkOf(address: string): string {
  if (familyOf(address) !== 'ipv6') return address;
  const [head = '', tail = ''] = address.toLowerCase().split('::');
  const left = head.split(':').filter((part) => part !== '');
  const right = tail.split(':').filter((part) => part !== '');
  const zeros = address.includes('::')
    ? Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
    : [];
  const first = [...left, ...zeros, ...right].slice(0, 4).map((part) => part.replace(/^0+(?=.)/, ''));
  return `${first.join(':')}::/64`;
}

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
  const version = isIP(address);
  return version === 4 ? 'ipv4' : version === 6 ? 'ipv6' : null;
}
