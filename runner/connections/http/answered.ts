/** A request over HTTP, up to the head of its answer. */
import type { ClientRequest, IncomingMessage } from 'node:http';

import { CONNECT_MS } from '../channel/time_limit.ts';

/**
 * Sends a request with its body, and returns the answer once its head is there.
 * @param connected the event of a socket that is ready: `secureConnect` with TLS
 * @throws an Error of the network, also where no connection comes about in time
 */
export async function answered(
  request: ClientRequest,
  body: Uint8Array | string | undefined,
  connected: 'connect' | 'secureConnect',
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const connecting = setTimeout(
    () => request.destroy(new Error(`no connection within ${CONNECT_MS / 1_000} s`)),
    CONNECT_MS,
  );
  request.on('socket', (socket) => socket.once(connected, () => clearTimeout(connecting)));
  request.on('response', resolve);
  request.on('error', reject);
  request.end(body);
  try {
    return await promise;
  } finally {
    clearTimeout(connecting);
  }
}
