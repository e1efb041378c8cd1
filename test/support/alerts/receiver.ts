/** An HTTP server that stands for a channel's service, and keeps what it was sent. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import type { Lifetime } from '../postgres/database.ts';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly received: readonly Received[];
  /** Answers the next requests in this way, until it is told otherwise; 200 and `ok` at first. */
  answer(how: (response: ServerResponse, request: Received) => void): void;
}

export async function receiver(lifetime: Lifetime): Promise<Receiver> {
  const received: Received[] = [];
  let how: (response: ServerResponse, request: Received) => void = (response) => void response.end('ok');
  const server = createServer(async (request, response) => {
    const got = { path: request.url ?? '', headers: request.headers, body: await textOf(request) };
    received.push(got);
    how(response, got);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  lifetime.after(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    answer(next) {
      how = next;
    },
  };
}
