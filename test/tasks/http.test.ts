import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { ConnectionError, DeferTask, FailTask, TaskError } from '../../runner/task.ts';
import { openTaskWorld } from '../../runner/testing.ts';
import http from '../../tasks/http.ts';
import { selfSigned } from '../support/alerts/mail_server.ts';
import { startHttpReceiver } from '../support/http_receiver.ts';

const CANARY = 'canary-b3arer-T0KEN';
const api = await startHttpReceiver({ after });
const env: Record<string, string> = {
  STOCKFLOW_CONN_API: `${api.url}/v2?bearer=${CANARY}`,
  STOCKFLOW_CONN_BASIC: `${api.url.replace('//', '//clerk:p%40ss-canary@')}`,
  STOCKFLOW_CONN_NOBODY: 'http://127.0.0.1:9/',
};
const world = await openTaskWorld({ env, now: '2026-03-10T05:00:00Z' });
after(() => world[Symbol.asyncDispose]());

function answerJson(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  api.answer((response) => response.writeHead(status, headers).end(JSON.stringify(body)));
}

const post = { connection: 'api', method: 'POST' as const, path: '/counts', json: { store: 'S1', units: 3 } };

/** @returns the error of the run, which holds no secret */
async function failure(run: Promise<unknown>): Promise<Error> {
  const error = await run.then(
    () => assert.fail('it succeeded'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof Error, String(error));
  assert.doesNotMatch(inspect(error, { depth: 9 }), /canary/);
  return error;
}

test('a request carries its query, body and log-in, and the output has the answer without the secret', async () => {
  answerJson(201, { id: 7, status: 'taken', you_sent: `Bearer ${CANARY}` });
  const query = { at: '2026-03-10', dry: false, 'a b': 'c&d' };
  const output = await world.run(http, {
    ...post,
    query,
    expect: { status: [201], json: { status: 'taken' } },
  });
  assert.deepEqual(output, { status: 201, json: { id: 7, status: 'taken', you_sent: 'Bearer [secret]' } });
  const got = api.received.at(-1);
  assert.equal(got?.path, '/v2/counts?at=2026-03-10&dry=false&a+b=c%26d');
  assert.equal(got?.headers.authorization, `Bearer ${CANARY}`);
  assert.equal(got?.headers['content-type'], 'application/json; charset=utf-8');
  assert.deepEqual(JSON.parse(got?.body ?? ''), { store: 'S1', units: 3 });
  await world.run(http, { connection: 'basic', path: '/ping' });
  // printf 'clerk:p@ss-canary' | base64
  assert.equal(api.received.at(-1)?.headers.authorization, 'Basic Y2xlcms6cEBzcy1jYW5hcnk=');
  assert.doesNotMatch(JSON.stringify(world.logs), /canary/);
});

test('the Idempotency-Key is one for all attempts of a task instance, and another for each other instance', async () => {
  answerJson(200, {});
  const keyOf = async (overrides: Parameters<typeof world.run>[2]) => {
    await world.run(http, post, overrides);
    return api.received.at(-1)?.headers['idempotency-key'];
  };
  const first = await keyOf({ attempt: { number: 1, token: 'a-1' } });
  assert.match(String(first), /^[0-9a-f]{32}$/);
  assert.equal(await keyOf({ attempt: { number: 2, token: 'a-2' } }), first);
  const others = [
    await keyOf({ run: { runId: '2' } }),
    await keyOf({ attempt: { taskId: 'other' } }),
    await keyOf({ attempt: { mapIndex: 0 } }),
  ];
  assert.equal(new Set([first, ...others]).size, 4);
  await world.run(http, { connection: 'api', path: '/counts' });
  assert.equal(api.received.at(-1)?.headers['idempotency-key'], undefined);
});

test('429 and 503 defer until Retry-After, within max_wait; without it they are retried', async () => {
  answerJson(429, { error: 'slow down' }, { 'retry-after': '120' });
  const deferred = await failure(world.run(http, post));
  assert.ok(deferred instanceof DeferTask);
  assert.ok(deferred.until.equals(Temporal.Instant.from('2026-03-10T05:02:00Z')));
  answerJson(503, {}, { 'retry-after': 'Tue, 10 Mar 2026 05:30:00 GMT' });
  const dated = await failure(world.run(http, post));
  assert.ok(dated instanceof DeferTask && dated.until.equals(Temporal.Instant.from('2026-03-10T05:30:00Z')));
  const startedAt = Temporal.Instant.from('2026-03-10T04:31:00Z');
  const tooLong = await failure(world.run(http, { ...post, max_wait: '58m' }, { attempt: { startedAt } }));
  assert.equal(tooLong.constructor, TaskError);
  assert.match(tooLong.message, /Retry-After until 2026-03-10T05:30:00Z, later than max_wait allows/);
  answerJson(503, {});
  assert.equal((await failure(world.run(http, post))).constructor, TaskError);
});

test('4xx fails for good, 5xx is retried, and retry_on says otherwise', async () => {
  answerJson(422, { error: `units of ${CANARY} unknown` });
  const refused = await failure(world.run(http, post));
  assert.ok(refused instanceof FailTask);
  assert.equal(
    refused.message,
    `POST ${api.url}/v2/counts answered 422: {"error":"units of [secret] unknown"}`,
  );
  assert.equal((await failure(world.run(http, { ...post, retry_on: [422] }))).constructor, TaskError);
  answerJson(502, {});
  assert.equal((await failure(world.run(http, post))).constructor, TaskError);
  answerJson(501, {});
  assert.ok((await failure(world.run(http, post))) instanceof FailTask);
});

test('an answer without the expected fields is a failure that names the field', async () => {
  answerJson(200, { status: 'ok', counts: [{ store: 'S1', units: 4 }] });
  const get = { connection: 'api', path: '/counts' };
  const expected = { counts: [{ units: 3 }] };
  assert.equal(
    (await failure(world.run(http, { ...get, expect: { json: expected } }))).message,
    'GET /counts answered 200, but the answer.counts.0.units is 4, and 3 was expected',
  );
  assert.match(
    (await failure(world.run(http, { ...get, expect: { json: { error: null } } }))).message,
    /is missing/,
  );
  assert.deepEqual(await world.run(http, { ...get, expect: { json: { status: 'ok' } }, output: 'status' }), {
    status: 200,
  });
});

test('a redirect is followed on the same host only, and no secret goes to another', async () => {
  const other = await startHttpReceiver({ after });
  api.answer((response, { path: at }) => {
    if (at === '/v2/moved') response.writeHead(302, { location: '/v2/here' }).end();
    else if (at === '/v2/away') response.writeHead(307, { location: `${other.url}/taken` }).end();
    else response.end('{"at":"here"}');
  });
  assert.deepEqual(await world.run(http, { connection: 'api', path: '/moved' }), {
    status: 200,
    json: { at: 'here' },
  });
  const away = await failure(world.run(http, { connection: 'api', path: '/away' }));
  assert.ok(away instanceof ConnectionError && !away.retryable);
  assert.match(away.message, /redirects to another host, 127\.0\.0\.1:\d+, which is not followed/);
  assert.equal(other.received.length, 0);
  const dropped = await failure(world.run(http, { ...post, path: '/moved' }));
  assert.match(dropped.message, /a redirect that drops the body of the POST/);
});

test('a huge or endless answer is cut off, and a server that is not there is retried', async () => {
  api.answer((response) => void response.end('x'.repeat(2000)));
  const huge = await failure(world.run(http, { connection: 'api', path: '/', max_response_bytes: 1000 }));
  assert.match(huge.message, /answered 200 with more than 1000 bytes/);
  api.answer((response) => void response.write('{'));
  const slow = await failure(world.run(http, { connection: 'api', path: '/', timeout: '50ms' }));
  assert.ok(slow instanceof ConnectionError && slow.retryable);
  assert.match(slow.message, /no answer within 0.05 s/);
  const absent = await failure(world.run(http, { connection: 'nobody', path: '/' }));
  assert.ok(absent instanceof ConnectionError && absent.kind === 'unreachable');
});

test('an abort ends the request with its reason', async () => {
  const controller = new AbortController();
  api.answer(() => controller.abort(new Error('cancelled by the operator')));
  await assert.rejects(world.run(http, post, { signal: controller.signal }), /cancelled by the operator/);
});

test('a path cannot leave the base, and a DAG file can set no log-in', async () => {
  for (const hostile of ['/../admin', '/%2e%2e/admin']) {
    const error = await failure(world.run(http, { connection: 'api', path: hostile }));
    assert.match(error.message, /is not one below http/);
  }
  assert.throws(() => http.params.parse({ connection: 'api', path: 'https://other/' }), /begins with \//);
  assert.throws(
    () => http.params.parse({ ...post, headers: { Authorization: 'Bearer x' } }),
    /into the connection/,
  );
  assert.throws(
    () => http.params.parse({ connection: 'api', path: '/', json: {} }),
    /a GET or HEAD has no body/,
  );
});

test("TLS is verified, a private authority is trusted by ca_file, and a file's secret is read for each request", async (t) => {
  const { key, cert, caFile } = await selfSigned();
  const seen: unknown[] = [];
  const server = createServer({ key, cert }, (request, response) => {
    seen.push(request.headers['x-api-key']);
    response.end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const keyFile = path.join(tmpdir(), `api-key-${port}`);
  await writeFile(keyFile, `${CANARY}\n`);
  const url = `https://127.0.0.1:${port}/?api_key_header=X-Api-Key&api_key_file=${keyFile}`;
  await using own = await openTaskWorld({
    env: { STOCKFLOW_CONN_OWN: `${url}&ca_file=${caFile}`, STOCKFLOW_CONN_UNKNOWN: url },
  });
  assert.deepEqual(await own.run(http, { connection: 'own', path: '/' }), { status: 200, json: {} });
  await writeFile(keyFile, 'rotated');
  await own.run(http, { connection: 'own', path: '/' });
  assert.deepEqual(seen, [CANARY, 'rotated']);
  const untrusted = await failure(own.run(http, { connection: 'unknown', path: '/' }));
  assert.ok(untrusted instanceof ConnectionError && untrusted.kind === 'host_key' && !untrusted.retryable);
  await writeFile(keyFile, 'two canary\nlines');
  assert.match((await failure(own.run(http, { connection: 'own', path: '/' }))).message, /one secret alone/);
});
