import assert from 'node:assert/strict';
import { appendFile, writeFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { createToken, endToken } from '../../../../runner/web/access/token.ts';
import { testDatabase } from '../../../support/postgres/database.ts';
import { cookieOf, logIn, SAME_ORIGIN, type Site, startSite, userLine } from './site.ts';

const { pool } = await testDatabase({ after }, { migrations: ['runner'] });
const SECRET = 'canary horse battery staple';
const OTHER_SECRET = 'canary number two is here';
const night = await userLine('night_shift', 'operator', SECRET);
const auditor = await userLine('auditor', 'viewer', SECRET);
const guarded = await startSite({ after }, pool, { users: [night, auditor] });

async function sessionOf(site: Site, name: string): Promise<{ readonly cookie: string }> {
  const answer = await logIn(site, { name, password: SECRET });
  assert.equal(answer.status, 303, answer.body);
  return { cookie: cookieOf(answer) };
}

async function events(action: string): Promise<readonly unknown[]> {
  const { rows } = await pool.query(
    `select actor, channel, before, after from stockflow.event where action = $1 order by event_id`,
    [action],
  );
  return rows;
}

test('without a log-in a page leads to the form and back, and the API gets a problem', async () => {
  const page = await guarded.send({ path: '/runs/812?tab=log' });
  assert.deepEqual([page.status, page.headers.location], [303, '/login?next=%2Fruns%2F812%3Ftab%3Dlog']);
  assert.match((await guarded.send({ path: '/login' })).body, /<form method="post" action="\/login"/);
  const api = await guarded.send({ path: '/api/v1/me' });
  assert.equal(api.status, 401);
  assert.equal(api.headers['content-type'], 'application/problem+json');
  assert.match(String(api.headers['www-authenticate']), /^Bearer/);
  const linked = await guarded.send({
    path: '/runs/812',
    headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
  });
  assert.match(
    linked.body,
    /http-equiv="refresh" content="0;url=\/runs\/812"/,
    'the cookie comes with the second request',
  );
});

test('a log-in opens a session with the role of the users file, and a log-out ends it', async () => {
  const answer = await logIn(guarded, { name: 'night_shift', password: SECRET });
  assert.deepEqual([answer.status, answer.headers.location], [303, '/runs/812?tab=log']);
  assert.match(
    String(answer.headers['set-cookie']),
    /^stockflow=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
  );
  const session = { cookie: cookieOf(answer) };
  assert.equal((await guarded.send({ headers: session })).body, 'hello night_shift, operator');
  assert.equal(
    (await guarded.send({ method: 'POST', path: '/act', headers: session })).status,
    403,
    'a cookie alone is no proof of the page',
  );
  const before = guarded.acts();
  assert.equal(
    (await guarded.send({ method: 'POST', path: '/act', headers: { ...session, ...SAME_ORIGIN } })).status,
    303,
  );
  assert.equal(guarded.acts(), before + 1);
  const out = await guarded.send({
    method: 'POST',
    path: '/logout',
    headers: { ...session, ...SAME_ORIGIN },
  });
  assert.deepEqual([out.status, out.headers.location], [303, '/login']);
  assert.equal((await guarded.send({ headers: session })).status, 303);
  assert.deepEqual(await events('web.logout'), [
    { actor: 'night_shift', channel: 'web', before: null, after: null },
  ]);
});

test('a viewer sees all and changes nothing', async () => {
  const session = await sessionOf(guarded, 'auditor');
  const before = guarded.acts();
  assert.equal((await guarded.send({ headers: session })).body, 'hello auditor, viewer');
  const refused = await guarded.send({
    method: 'POST',
    path: '/act',
    headers: { ...session, ...SAME_ORIGIN },
  });
  assert.equal(refused.status, 403);
  assert.match(refused.body, /auditor may look only, as viewer/);
  assert.equal(guarded.acts(), before);
});

test('a session ends when it is not used for 12 hours, and after a week in any case', async (t) => {
  const site = await startSite(t, pool, { users: [night] });
  const idle = await sessionOf(site, 'night_shift');
  site.wait({ hours: 11, minutes: 59 });
  assert.equal((await site.send({ headers: idle })).status, 200, 'used in time');
  site.wait({ hours: 11, minutes: 59 });
  assert.equal((await site.send({ headers: idle })).status, 200, 'the last use counts');
  site.wait({ hours: 12, minutes: 1 });
  assert.equal((await site.send({ headers: idle })).status, 303);
  const busy = await sessionOf(site, 'night_shift');
  for (let half = 0; half < 13; half++) {
    site.wait({ hours: 11, minutes: 59 });
    assert.equal((await site.send({ headers: busy })).status, 200, `${half + 1} half days old`);
  }
  site.wait({ hours: 12 });
  assert.equal((await site.send({ headers: busy })).status, 303, 'a week old');
});

test('a removed person and one with another password are out at once, and a broken file leaves the last good one', async (t) => {
  const site = await startSite(t, pool, { users: [night, auditor] });
  const [operator, viewer] = [await sessionOf(site, 'night_shift'), await sessionOf(site, 'auditor')];
  await writeFile(site.usersFile, `${await userLine('night_shift', 'admin', OTHER_SECRET)}\n`);
  assert.equal((await site.send({ headers: viewer })).status, 303, 'removed');
  assert.equal((await site.send({ headers: operator })).status, 303, 'another password');
  assert.equal((await logIn(site, { name: 'night_shift', password: SECRET })).status, 401);
  const session = { cookie: cookieOf(await logIn(site, { name: 'night_shift', password: OTHER_SECRET })) };
  assert.equal((await site.send({ headers: session })).body, 'hello night_shift, admin');
  await appendFile(site.usersFile, 'auditor:king:-\n');
  assert.equal((await site.send({ headers: session })).status, 200);
  assert.equal((await site.send({ headers: session })).status, 200);
  const told = site.logged.filter((line) => line.includes('its last good text stays in force'));
  assert.equal(told.length, 1, 'once for the change');
  assert.match(told[0] ?? '', /users\.txt:2: \\"king\\" is no role/);
});

test('wrong passwords are refused alike for known and unknown names, recorded without what was typed, and limited', async (t) => {
  const site = await startSite(t, pool, { users: [night] });
  const [wrong, unknown] = [
    await logIn(site, { name: 'night_shift', password: OTHER_SECRET }),
    await logIn(site, { name: SECRET, password: OTHER_SECRET }),
  ];
  assert.deepEqual([wrong.status, unknown.status], [401, 401]);
  assert.match(wrong.body, /role="alert"><p>This name and password do not belong together/);
  assert.deepEqual((await events('web.login_failed')).slice(-2), [
    { actor: 'night_shift', channel: 'web', before: null, after: { address: '127.0.0.1' } },
    { actor: 'unknown', channel: 'web', before: null, after: { address: '127.0.0.1' } },
  ]);
  for (let count = 2; count <= 6; count++)
    assert.equal((await logIn(site, { name: 'night_shift', password: 'wrong' })).status, 401);
  const limited = await logIn(site, { name: 'night_shift', password: SECRET });
  assert.deepEqual([limited.status, limited.headers['retry-after']], [429, '60']);
  assert.match(limited.body, /Try again in 60 s/);
  site.wait({ seconds: 60 });
  assert.equal((await logIn(site, { name: 'night_shift', password: SECRET })).status, 303);
});

test('a token acts in the role of its person until it is revoked or expires', async (t) => {
  const site = await startSite(t, pool, { users: [night] });
  const by = { actor: 'owner', channel: 'cli' } as const;
  const now = Temporal.Now.instant();
  const made = { name: 'grafana', now };
  const [good, short, foreign] = [
    await createToken(pool, by, { ...made, person: 'night_shift', expiresAt: null }),
    await createToken(pool, by, { ...made, person: 'night_shift', expiresAt: now.add({ hours: 24 }) }),
    await createToken(pool, by, { ...made, person: 'nobody', expiresAt: null }),
  ];
  const me = (token: string) =>
    site.send({ path: '/api/v1/me', headers: { authorization: `Bearer ${token}` } });
  assert.deepEqual(JSON.parse((await me(good.token)).body), {
    name: 'night_shift',
    role: 'operator',
    hasSession: false,
  });
  assert.equal((await me(foreign.token)).status, 401, 'a person who is not in the users file');
  assert.equal((await me(`${good.token}x`)).status, 401);
  const before = site.acts();
  const act = {
    method: 'POST',
    path: '/act',
    headers: { authorization: `Bearer ${good.token}`, accept: '*/*' },
  };
  assert.equal((await site.send(act)).status, 303, 'a program sends no Origin');
  assert.equal(site.acts(), before + 1);
  assert.equal((await me(short.token)).status, 200);
  site.wait({ hours: 25 });
  assert.equal((await me(short.token)).status, 401, 'expired');
  assert.equal(await endToken(pool, by, { tokenId: good.tokenId, now }), 'night_shift');
  assert.equal((await me(good.token)).status, 401, 'revoked');
  assert.deepEqual(await events('web.token_revoked'), [
    {
      actor: 'owner',
      channel: 'cli',
      before: { token: good.tokenId, person: 'night_shift', name: 'grafana' },
      after: null,
    },
  ]);
});

test('a login proxy names people by its header, and a request from elsewhere cannot', async (t) => {
  const env = { STOCKFLOW_WEB_PROXY_HEADER: 'X-Forwarded-User', STOCKFLOW_WEB_PROXY_ROLE: 'operator' };
  const proxied = await startSite(t, pool, { env: { ...env, STOCKFLOW_WEB_PROXY_ADDRESSES: '127.0.0.0/8' } });
  const foreign = await startSite(t, pool, { env: { ...env, STOCKFLOW_WEB_PROXY_ADDRESSES: '10.0.0.0/8' } });
  const headers = { 'x-forwarded-user': 'ops_lead@example.com', 'x-forwarded-proto': 'https' };
  const named = await proxied.send({ headers });
  assert.equal(named.body, 'hello ops_lead@example.com, operator');
  assert.match(String(named.headers['strict-transport-security']), /^max-age=/);
  assert.equal((await proxied.send()).status, 401, 'the proxy named nobody');
  assert.equal(
    (await proxied.send({ headers: { 'x-forwarded-user': 'root, ops_lead' } })).status,
    401,
    'two names',
  );
  const refused = await foreign.send({ headers });
  assert.equal(refused.status, 401);
  assert.equal(refused.headers['strict-transport-security'], undefined);
  const both = await startSite(t, pool, {
    users: ['ops_lead@example.com:viewer:-'],
    env: { ...env, STOCKFLOW_WEB_PROXY_ADDRESSES: '127.0.0.1' },
  });
  assert.equal(
    (await both.send({ headers })).body,
    'hello ops_lead@example.com, viewer',
    'the users file gives the role',
  );
});

test('behind TLS the cookie is Secure and bound to its host', async (t) => {
  const site = await startSite(t, pool, {
    users: [night],
    env: { STOCKFLOW_WEB_URL: 'https://stock.example.com' },
  });
  const headers = { host: 'stock.example.com', origin: 'https://stock.example.com' };
  const answer = await logIn(site, { name: 'night_shift', password: SECRET, headers });
  assert.match(
    String(answer.headers['set-cookie']),
    /^__Host-stockflow=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
  );
  assert.equal((await site.send({ headers: { ...headers, cookie: cookieOf(answer) } })).status, 200);
});

test('no password, session or token stands in the history, the tables or the log', async () => {
  const session = await sessionOf(guarded, 'night_shift');
  const [, secret = ''] = session.cookie.split('=');
  const { rows } = await pool.query<{ row: string }>(
    `select e::text as row from stockflow.event e union all select s::text from stockflow.web_session s
      union all select t::text from stockflow.web_token t`,
  );
  const kept = [...rows.map(({ row }) => row), ...guarded.logged].join('\n');
  assert.ok(rows.length > 10);
  assert.doesNotMatch(kept, /canary|sf_/);
  assert.ok(!kept.includes(secret) && secret.length === 43);
});
