/** The examples of docs/web.md for nginx and Caddy, run in front of a server of the page. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, test } from 'node:test';
import { SAME_ORIGIN, startSite, userLine } from '../runner/web/access/site.ts';
import { testDatabase } from '../support/postgres/database.ts';
import { HOST, type ProxyProgram, skipWithout, startWebProxy } from '../support/web/web_proxy.ts';
import { blocksOf, page } from './pages.ts';

const web = page('web.md');
const { pool } = await testDatabase({ after }, { migrations: ['runner'] });
const PASSWORD = 'a-password-of-the-night';
/** The hash of the password, at the least cost: Caddy checks it at each request. */
const BCRYPT = '$2y$04$hFF5S9fCSi2WTMBiIyhQqe77VHjVOv12DEUZJnRLG3tqJ00JjNMfS';

function exampleOf(language: string): string {
  const [block] = blocksOf(web, language);
  assert.ok(block, `docs/web.md has no example ${language}`);
  return block.text;
}

for (const program of ['nginx', 'caddy'] as const satisfies readonly ProxyProgram[]) {
  const skip = skipWithout(program);

  test(`behind ${program} people log in over TLS, with a cookie for TLS alone, and live updates pass at once`, {
    skip,
  }, async (t) => {
    const site = await startSite({ after: (end) => t.after(end) }, pool, {
      users: [await userLine('night_shift', 'operator', PASSWORD)],
      env: { STOCKFLOW_WEB_URL: `https://${HOST}`, STOCKFLOW_WEB_PROXY_ADDRESSES: '127.0.0.1' },
    });
    const proxy = await startWebProxy({ after: (end) => t.after(end) }, program, {
      example: exampleOf(program),
      pagePort: site.port,
      people: '',
    });
    const first = await proxy.send({ path: '/' });
    assert.deepEqual([first.status, first.headers.location], [303, '/login']);
    const form = new URLSearchParams({ name: 'night_shift', password: PASSWORD, next: '/' }).toString();
    const login = await proxy.send({
      method: 'POST',
      path: '/login',
      body: form,
      headers: { ...SAME_ORIGIN, origin: `https://${HOST}` },
    });
    assert.equal(login.status, 303, login.body);
    const [cookie = ''] = login.headers['set-cookie'] ?? [];
    assert.match(cookie, /^__Host-/);
    assert.match(cookie, /; Secure/);
    const headers = { cookie: cookie.split(';')[0] ?? '' };
    assert.equal((await proxy.send({ path: '/', headers })).body, 'hello night_shift, operator');
    const live = await proxy.send({ path: '/live/count', headers, enough: 'data: first' });
    assert.equal(live.status, 200);
    const forged = await proxy.send({ path: '/', headers: { 'x-forwarded-user': 'root' } });
    assert.equal(
      forged.status,
      303,
      'a header that names a person is believed though no proxy logs people in',
    );
  });

  test(`behind ${program} as a log-in proxy, a person is who the proxy says, and not who a header of theirs says`, {
    skip,
  }, async (t) => {
    const site = await startSite({ after: (end) => t.after(end) }, pool, {
      users: ['night_shift:operator:-'],
      env: {
        STOCKFLOW_WEB_URL: `https://${HOST}`,
        STOCKFLOW_WEB_PROXY_HEADER: 'X-Forwarded-User',
        STOCKFLOW_WEB_PROXY_ADDRESSES: '127.0.0.1',
        STOCKFLOW_WEB_PROXY_ROLE: 'viewer',
      },
    });
    const hash =
      program === 'nginx'
        ? execFileSync('openssl', ['passwd', '-apr1', PASSWORD], { encoding: 'utf8' }).trim()
        : BCRYPT;
    const proxy = await startWebProxy({ after: (end) => t.after(end) }, program, {
      example: exampleOf(`${program} login`).replace(/night_shift \S+\n/, `night_shift ${hash}\n`),
      pagePort: site.port,
      people: `night_shift:${hash}\n`,
    });
    assert.equal((await proxy.send({ path: '/' })).status, 401);
    const authorization = `Basic ${Buffer.from(`night_shift:${PASSWORD}`).toString('base64')}`;
    const page = await proxy.send({ path: '/', headers: { authorization } });
    assert.equal(page.body, 'hello night_shift, operator');
    const forged = await proxy.send({ path: '/', headers: { authorization, 'x-forwarded-user': 'root' } });
    assert.equal(forged.body, 'hello night_shift, operator');
    const live = await proxy.send({ path: '/live/count', headers: { authorization }, enough: 'data: first' });
    assert.equal(live.status, 200);
  });
}
