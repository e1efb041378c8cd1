/** Who may, as a browser meets it: logging in and out, the roles, tokens, and what other web sites try. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { createToken } from '../../../../runner/web/access/token.ts';
import { violationsOf } from '../../../support/axe.ts';
import { withoutBrowser as skip } from '../../../support/browser.ts';
import { userLine } from '../access/site.ts';
import { openWorld, type World, writeNightly } from './world.ts';

const PASSWORD = 'correct horse battery';
const world = await openWorld(
  { after },
  {
    users: [
      await userLine('night_shift', 'viewer', PASSWORD),
      await userLine('operator', 'operator', PASSWORD),
    ],
  },
);
const { engine } = world;
await writeNightly(world, () => false);
await engine.startWorker();
const { run } = await engine.run('nightly');
const RUN = `/runs/${run.runId}`;

/** A world in which nobody logs in, as on the machine of one person. */
const local = await openWorld({ after });
await writeNightly(local, () => true);

async function logIn(page: Page, name: string, password = PASSWORD): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

async function runCount({ engine }: World): Promise<number> {
  const { rows } = await engine.pool.query<{ count: number }>(
    'select count(*)::int as count from stockflow.dag_run',
  );
  return rows[0]?.count ?? 0;
}

test('a page asks who is there, says when the password is wrong, and then shows what was asked for', {
  skip,
}, async (t) => {
  const page = await world.open(t, `${RUN}?state=failed`);
  assert.equal(new URL(page.url()).pathname, '/login');
  assert.deepEqual(await violationsOf(page), []);
  await logIn(page, 'operator', 'wrong password');
  await page.getByRole('alert').filter({ hasText: 'do not belong together' }).waitFor();
  assert.equal(await page.getByLabel('Name').inputValue(), 'operator');
  assert.equal(await page.getByLabel('Password').inputValue(), '');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 390, height: 844 });
  assert.deepEqual(await violationsOf(page), []);
  await logIn(page, 'operator');
  await page.waitForURL(`**${RUN}?state=failed`);
  await page.getByText('operator, operator').waitFor();
});

test('a log-out ends the session, in every tab and for a cookie that was copied', { skip }, async (t) => {
  const page = await world.open(t, '/');
  await logIn(page, 'operator');
  await page.getByRole('heading', { name: /nightly failed/ }).waitFor();
  const cookies = await page.context().cookies();
  const session = cookies.find(({ httpOnly, sameSite }) => httpOnly && sameSite === 'Strict');
  assert.ok(session !== undefined);
  assert.equal(await page.evaluate('document.cookie'), '');
  const other = await page.context().newPage();
  await other.goto(RUN);
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.waitForURL('**/login');
  await other.goto('/runs');
  assert.equal(new URL(other.url()).pathname, '/login');
  const copied = await world.site.send({
    path: RUN,
    headers: { cookie: `${session.name}=${session.value}` },
  });
  assert.equal(copied.status, 303);
});

test('too many wrong passwords are refused for a while, also the right one after them', {
  skip,
}, async (t) => {
  const page = await world.open(t, '/login');
  for (let attempt = 0; attempt < 6; attempt += 1) {
    await logIn(page, 'night_shift', `guess ${attempt}`);
    await page.getByRole('alert').filter({ hasText: 'do not belong together' }).waitFor();
  }
  const answered = page.waitForResponse((response) => response.request().method() === 'POST');
  await logIn(page, 'night_shift');
  const response = await answered;
  assert.equal(response.status(), 429);
  const seconds = Number(await response.headerValue('retry-after'));
  assert.ok(seconds > 0 && seconds <= 60, `Retry-After is ${seconds}`);
  await page
    .getByRole('alert')
    .filter({ hasText: `Try again in ${seconds} s` })
    .waitFor();
  world.site.wait({ seconds });
  await logIn(page, 'night_shift');
  await page.waitForURL(`${world.url}/`);
});

/** The page sends a form that it does not show, as a person with the browser's own tools does. */
async function forge(page: Page, path: string): Promise<number> {
  const answered = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.evaluate(`(() => {
    const form = document.createElement('form');
    form.method = 'post';
    form.action = ${JSON.stringify(path)};
    document.body.append(form);
    form.submit();
  })()`);
  return (await answered).status();
}

test('a viewer sees everything and is offered nothing; what they send all the same is refused', {
  skip,
}, async (t) => {
  const page = await world.open(t, '/');
  await logIn(page, 'night_shift');
  await page.getByText('night_shift, viewer').waitFor();
  for (const path of ['/', RUN, `${RUN}/tasks/check`, '/dags/nightly', '/backfills', '/workers']) {
    await page.goto(path);
    const offered = page
      .getByRole('main')
      .getByText(/^(Retry|Clear|Mark|Cancel|Go on|Trigger|Backfill…|Pause|Resume)/);
    assert.deepEqual(await offered.allInnerTexts(), [], path);
  }
  const before = await world.eventsOf('task');
  for (const path of [`${RUN}/clear`, '/dags/nightly/trigger', `${RUN}/tasks/check/mark`]) {
    await page.goto('/');
    assert.equal(await forge(page, path), 403, path);
    await page.getByText('Nothing was changed: night_shift may look only').waitFor();
    assert.equal((await page.goto(path))?.status(), 403, path);
  }
  assert.equal(await runCount(world), 1);
  assert.deepEqual(await world.eventsOf('task'), before);
});

test('a token acts for its person without a log-in, and within their role', async () => {
  const now = Temporal.Now.instant();
  const by = { actor: 'operator', channel: 'cli' } as const;
  const { token } = await createToken(engine.pool, by, {
    ...{ person: 'night_shift', name: null, expiresAt: null, now },
  });
  const headers = { authorization: `Bearer ${token}` };
  assert.equal((await world.site.send({ path: RUN, headers })).status, 200);
  const post = { method: 'POST', path: `${RUN}/clear`, body: '' };
  assert.equal((await world.site.send({ ...post, headers })).status, 403);
});

/** Another web site, whose form its visitor's browser sends to ours. @returns its port */
async function otherSite(t: TestContext, target: string): Promise<number> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(
      `<form method="post" action="${target}"><input name="reason" value="a prank"><button>Win</button></form>`,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

test('a form on another web site starts nothing, neither by its name nor by that of this machine', {
  skip,
}, async (t) => {
  const port = await otherSite(t, `${local.url}/dags/nightly/trigger`);
  const page = await local.open(t, '/');
  // A site elsewhere, and a page of another port of this machine, which is of the same site and not of the same origin.
  for (const host of ['localhost', '127.0.0.1']) {
    await page.goto(`http://${host}:${port}/`);
    const answered = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.getByRole('button', { name: 'Win' }).click();
    assert.equal((await answered).status(), 403, host);
    await page.getByText('Nothing was changed: another web site sent this').waitFor();
  }
  assert.equal(await runCount(local), 0);
  await page.goto('/dags/nightly/trigger');
  await page.getByRole('button', { name: 'Trigger nightly' }).click();
  await page.waitForURL('**/runs/1');
  assert.equal(await runCount(local), 1);
});

test('a name that somebody else gave to this machine is not answered', async () => {
  const { status, body } = await local.site.send({ headers: { host: `evil.example:${local.site.port}` } });
  assert.equal(status, 403);
  assert.doesNotMatch(body, /nightly/);
});
