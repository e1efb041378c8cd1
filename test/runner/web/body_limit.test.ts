import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { after, test } from 'node:test';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { limitBodies } from '../../../runner/web/body_limit.ts';

const app = new Hono()
  .use(limitBodies(10, (c) => c.text('too large', 413)))
  .post('/', async (c) => c.text(`got ${await c.req.text()}`));
const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
after(() => server.close());
const { port } = server.address() as AddressInfo;

/** Posts the parts; without a length they are sent chunked. */
async function post(parts: readonly string[], headers: Readonly<Record<string, string>>): Promise<string> {
  const sent = request({ host: '127.0.0.1', port, method: 'POST', agent: false, headers });
  for (const part of parts) sent.write(part);
  sent.end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer) text += chunk;
  return `${answer.statusCode} ${text}`;
}

test('a body is taken up to its limit, whether its length is said, it comes in chunks, or there is none', async () => {
  assert.equal(await post(['0123456789'], { 'content-length': '10' }), '200 got 0123456789');
  assert.equal(await post(['01234', '56789'], { 'transfer-encoding': 'chunked' }), '200 got 0123456789');
  assert.equal(await post([], { 'content-length': '0' }), '200 got ');
  assert.equal(await post([], { 'transfer-encoding': 'chunked' }), '200 got ');
});

test('a larger one is refused, whether its length is said or it comes in chunks', async () => {
  assert.equal(await post(['0123456789a'], { 'content-length': '11' }), '413 too large');
  assert.equal(await post(['01234', '56789a'], { 'transfer-encoding': 'chunked' }), '413 too large');
});

test('a POST that has neither a length nor a body, as curl sends it, is taken', async () => {
  const socket = connect(port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  assert.match(text, /^HTTP\/1.1 200 [\s\S]*got /);
});
