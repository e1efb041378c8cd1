/** An HTTP server that stands for a service outside, and keeps what it was sent. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import type { Lifetime } from './postgres/database.ts';

/** A request that was received whole. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers a request; one that does nothing leaves it without an answer. */
export type Answer = (response: ServerResponse, request: Received) => void;

export interface HttpReceiver {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** Every request, in order, also those that were refused. */
  readonly received: readonly Received[];
  /** Those that were answered with 200. */
  readonly taken: readonly Received[];
  /** Sets the answer from now on; 200 and `ok` at first. */
  answer(how: Answer): void;
  /** Breaks the connections whose requests have no answer. */
  drop(): void;
}

export async function startHttpReceiver(lifetime: Lifetime): Promise<HttpReceiver> {
  const received: Received[] = [];
  const taken: Received[] = [];
  let how: Answer = (response) => void response.end('ok');
  const server = createServer(async (request, response) => {
    const got = { path: request.url ?? '', headers: request.headers, body: await textOf(request) };
    received.push(got);
    how(response, got);
    if (response.writableEnded && response.statusCode === 200) taken.push(got);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  lifetime.after(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  // A server that listens on a port has this kind of address.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    taken,
    answer(next) {
      how = next;
    },
    drop: () => server.closeAllConnections(),
  };
}

/** Returns an answer of a status, with headers and a body. */
export function answering(
  status: number,
  { headers = {}, body = '' }: { readonly headers?: Record<string, string>; readonly body?: string } = {},
): Answer {
  return (response) => void response.writeHead(status, headers).end(body);
}
