import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { Lifetime } from './postgres/database.ts';

/** A request that was received whole. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** The answer to a request; null to leave it without one. */
export type Answer = { readonly status: number; readonly body?: string; readonly location?: string } | null;

/** A server that takes JSON by POST, keeps what it got, and answers as it is told. */
export interface HttpReceiver {
  readonly url: string;
  /** Every request, in order, also those that were refused. */
  readonly received: readonly Received[];
  /** Those that were answered with 200. */
  readonly taken: readonly Received[];
  /** Sets the answer from now on; 200 at first. */
  answer(answer: (request: Received) => Answer): void;
  /** Breaks the connections whose requests have no answer. */
  drop(): void;
}

export async function startHttpReceiver(lifetime: Lifetime): Promise<HttpReceiver> {
  const received: Received[] = [];
  const taken: Received[] = [];
  let answerOf: (request: Received) => Answer = () => ({ status: 200 });
  const server = createServer(async (request, response) => {
    const one: Received = { path: request.url ?? '', headers: request.headers, body: await json(request) };
    received.push(one);
    const answer = answerOf(one);
    if (answer === null) return;
    if (answer.status === 200) taken.push(one);
    const headers = answer.location === undefined ? {} : { location: answer.location };
    response.writeHead(answer.status, headers).end(answer.body);
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
    drop: () => server.closeAllConnections(),
    answer: (given) => {
      answerOf = given;
    },
  };
}
