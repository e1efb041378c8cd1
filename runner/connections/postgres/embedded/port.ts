import { once } from 'node:events';
import { createServer } from 'node:net';
import { errorCode } from '../errors.ts';

/**
 * Returns a TCP port of 127.0.0.1 that is free at this moment: `preferred` if it is free, else one that the system
 * picks.
 */
export async function freePort(preferred = 0): Promise<number> {
  const probe = createServer().listen(preferred, '127.0.0.1');
  try {
    await once(probe, 'listening');
  } catch (error) {
    if (errorCode(error) === 'EADDRINUSE' && preferred !== 0) return freePort();
    throw error;
  }
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no TCP port was given');
  return address.port;
}
