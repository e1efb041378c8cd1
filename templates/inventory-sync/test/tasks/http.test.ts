import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { openTaskWorld } from '../../../../runner/testing.ts';
import http from '../../../../tasks/http.ts';

test('the request has a key that is the same for each attempt, and the answer is the output', async (t) => {
  const keys: (string | string[] | undefined)[] = [];
  const server = createServer((request, response) => {
    keys.push(request.headers['idempotency-key']);
    response.end('{"accepted":3}');
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);

  await using world = await openTaskWorld({
    env: { STOCKFLOW_CONN_API: `http://127.0.0.1:${address.port}` },
  });
  const params = { connection: 'api', method: 'POST', path: '/counts', json: { units: 3 } } as const;
  for (const token of ['first', 'again']) {
    const output = await world.run(http, params, { attempt: { token } });
    assert.deepEqual(output, { status: 200, json: { accepted: 3 } });
  }
  assert.equal(keys.length, 2);
  assert.equal(typeof keys[0], 'string');
  assert.equal(keys[0], keys[1]);
});
