/** The connection behind a request, as far as the access rules believe what it says. */
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import { clientAddress, plainAddress } from './request/addresses.ts';
import type { AccessRules } from './rules.ts';

/** Returns the address of the other end of the connection. */
export function peerOf(c: Context): string {
  return plainAddress(getConnInfo(c).remote.address ?? '');
}

/** Returns the address of the person, behind the known proxies. */
export function clientOf(c: Context, { proxies }: Pick<AccessRules, 'proxies'>): string {
  return clientAddress(peerOf(c), c.req.header('x-forwarded-for'), proxies);
}

/** Returns whether the person's browser came by TLS. */
export function isSecure(
  c: Context,
  { publicUrl, proxies }: Pick<AccessRules, 'publicUrl' | 'proxies'>,
): boolean {
  if (publicUrl !== null) return publicUrl.protocol === 'https:';
  return c.req.header('x-forwarded-proto')?.toLowerCase() === 'https' && proxies.has(peerOf(c));
}
