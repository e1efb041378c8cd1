import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, test } from 'node:test';
import { createToken } from '../../../../runner/web/access/token.ts';
import { testDatabase } from '../../../support/postgres/database.ts';
import { SAME_ORIGIN, startSite } from './site.ts';

const { pool } = await testDatabase({ after }, { migrations: ['runner'] });
const open = await startSite({ after }, pool);

test('on this machine everybody is admin under the name of its user, and writes need no log-in', async () => {
  assert.equal((await open.send()).body, 'hello owner, admin');
  const before = open.acts();
  assert.equal((await open.send({ method: 'POST', path: '/act', headers: SAME_ORIGIN })).status, 303);
  assert.equal(
    (await open.send({ method: 'POST', path: '/act', headers: { accept: '*/*' } })).status,
    303,
    'curl',
  );
  assert.equal(open.acts(), before + 2);
});

test('a forged Host, a proxy in front and another site are refused on this machine', async () => {
  const before = open.acts();
  const forged = await open.send({ headers: { host: `evil.example:${open.port}` } });
  assert.equal(forged.status, 403);
  assert.match(forged.body, /STOCKFLOW_WEB_HOSTS/);
  assert.equal((await open.send({ headers: { host: `localhost:${open.port}` } })).status, 200);
  assert.equal((await open.send({ headers: { 'x-forwarded-for': '10.0.0.9' } })).status, 403);
  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ]) {
    assert.equal(
      (await open.send({ method: 'POST', path: '/act', headers })).status,
      403,
      JSON.stringify(headers),
    );
  }
  const framed = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' };
  assert.equal((await open.send({ headers: framed })).status, 403);
  assert.equal(open.acts(), before);
});

test('every answer has the security headers and a request id, and an error names its line of the log', async () => {
  const { status, headers, body } = await open.send({ path: '/boom' });
  assert.equal(status, 500);
  assert.match(
    String(headers['content-security-policy']),
    /^default-src 'none'; script-src 'self'; style-src 'self'/,
  );
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['strict-transport-security'], undefined, 'not over TLS');
  const requestId = String(headers['x-request-id']);
  assert.match(body, new RegExp(`requestId=${requestId}`));
  assert.doesNotMatch(body, /no such table/);
  const line = open.logged.find((text) => text.includes(requestId));
  assert.match(line ?? '', /"message":"request failed".*"path":"\/boom","error":"no such table"/);
  const api = await open.send({ path: '/api/v1/nothing', headers: { accept: '*/*' } });
  assert.equal(api.headers['content-type'], 'application/problem+json');
  assert.equal(JSON.parse(api.body).status, 404);
});

test('closing the server ends streams of live updates at once', { timeout: 4_000 }, async (t) => {
  const site = await startSite(t, pool);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let closed = Promise.resolve();
  const sent = request({ host: '127.0.0.1', port: site.port, path: '/live/count' }, (answer) => {
    let text = '';
    answer.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      closed = site.close();
    });
    answer.on('end', () => resolve(text));
    answer.on('error', reject);
  });
  sent.on('error', reject).end();
  assert.equal(await promise, 'data: first\n\n');
  await closed;
});

test('an answer that breaks off breaks its connection, and its error stands in the log alone', async () => {
  await assert.rejects(
    open.send({ path: '/broken', headers: { accept: '*/*' } }),
    /aborted|hang up|ECONNRESET/,
  );
  assert.match(
    open.logged.at(-1) ?? '',
    /"message":"answer broke off".*"path":"\/broken","error":"no such chunk"/,
  );
});

test('while the database cannot be reached a page says so, and when to come again', async () => {
  const { status, headers, body } = await open.send({ path: '/unreachable' });
  assert.deepEqual([status, headers['retry-after']], [503, '5']);
  assert.match(body, /The database cannot be reached now/);
  assert.doesNotMatch(body, /10\.0\.0\.5/);
});

test('a request of more than 1 MiB is refused', async () => {
  const before = open.acts();
  const body = `x=${'y'.repeat(1024 * 1024)}`;
  const { status } = await open.send({ method: 'POST', path: '/act', headers: SAME_ORIGIN, body });
  assert.equal(status, 413);
  assert.equal(open.acts(), before);
});

test('a probe of the process is answered under any name', async () => {
  assert.equal((await open.send({ path: '/healthz', headers: { host: '10.1.2.3:8484' } })).body, 'ok');
});

test('a token acts on this machine as admin, under the name of its person', async () => {
  const by = { actor: 'owner', channel: 'cli' } as const;
  const now = Temporal.Now.instant();
  const { token } = await createToken(pool, by, { person: 'grafana', name: null, expiresAt: null, now });
  const { body } = await open.send({ headers: { authorization: `Bearer ${token}` } });
  assert.equal(body, 'hello grafana, admin');
});
