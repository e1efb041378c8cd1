import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { mayActAs, ROLES } from '../../../../runner/web/access/role.ts';
import { NoAccessRules, openAccessRules } from '../../../../runner/web/access/rules.ts';
import { readWebSettings, WebSettingsError } from '../../../../runner/web/access/settings.ts';
import { SharedChecks } from '../../../../runner/web/access/shared_checks.ts';
import { servedBody, whileAllowed } from '../../../../runner/web/access/stream.ts';
import { tokenIn } from '../../../../runner/web/access/token.ts';
import { UsersFileUnusable } from '../../../../runner/web/access/users/source.ts';

const warnings: string[] = [];
const log = {
  debug: () => {},
  info: () => {},
  warn: (text: string) => void warnings.push(text),
  error: () => {},
};
const rulesOn = (host: string, env: Readonly<Record<string, string>>) =>
  openAccessRules(readWebSettings(env), { host, localPerson: 'owner', log });

test('a page for more than this machine is refused without users or a login proxy, and says what to set', async () => {
  for (const host of ['0.0.0.0', '::', '10.0.0.1', 'stock.example.com']) {
    await assert.rejects(
      rulesOn(host, { STOCKFLOW_WEB_HOSTS: 'stock.example.com', STOCKFLOW_WEB_PROXY_ADDRESSES: '10.0.0.7' }),
      (error) => {
        assert.ok(error instanceof NoAccessRules);
        assert.match(
          error.message,
          /STOCKFLOW_WEB_USERS_FILE, or STOCKFLOW_WEB_PROXY_HEADER and STOCKFLOW_WEB_PROXY_ADDRESSES/,
        );
        return true;
      },
    );
  }
  const { localPerson, hosts } = await rulesOn('127.0.0.1', {
    STOCKFLOW_WEB_HOSTS: 'Box',
    STOCKFLOW_WEB_URL: 'https://stock.example.com',
  });
  assert.deepEqual([localPerson, hosts], ['owner', ['box']]);
});

test('where a login proxy is set, nobody is let in unnamed, on loopback neither', async () => {
  const env = { STOCKFLOW_WEB_PROXY_HEADER: 'X-Forwarded-User', STOCKFLOW_WEB_PROXY_ADDRESSES: '10.0.0.7' };
  for (const host of ['127.0.0.1', '0.0.0.0']) {
    const { localPerson, proxyHeader, proxyRole, hosts } = await rulesOn(host, env);
    assert.deepEqual(
      [localPerson, proxyHeader, proxyRole, hosts],
      [null, 'x-forwarded-user', 'viewer', null],
    );
  }
});

test('every wrong setting is named at once', () => {
  assert.throws(
    () =>
      readWebSettings({
        STOCKFLOW_WEB_PROXY_HEADER: 'Cookie',
        STOCKFLOW_WEB_PROXY_ADDRESSES: '10.0.0.0/99',
        STOCKFLOW_WEB_PROXY_ROLE: 'root',
        STOCKFLOW_WEB_HOSTS: 'https://stock.example.com',
        STOCKFLOW_WEB_URL: 'https://stock.example.com/page',
      }),
    (error) => {
      assert.ok(error instanceof WebSettingsError);
      assert.deepEqual(
        error.problems.map(({ variable }) => variable),
        ['HEADER', 'ADDRESSES', 'ROLE']
          .map((name) => `STOCKFLOW_WEB_PROXY_${name}`)
          .concat('STOCKFLOW_WEB_HOSTS', 'STOCKFLOW_WEB_URL'),
      );
      return true;
    },
  );
  assert.throws(
    () => readWebSettings({ STOCKFLOW_WEB_PROXY_HEADER: 'X-User' }),
    /STOCKFLOW_WEB_PROXY_ADDRESSES: missing: name the addresses of the login proxy/,
  );
});

test('a users file that everybody may write is refused, one that everybody may read is warned of', async (t) => {
  const dir = await mkdtemp(path.join(tmpdir(), 'stockflow-users-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const file = path.join(dir, 'users.txt');
  const open = (url: string) =>
    rulesOn('0.0.0.0', { STOCKFLOW_WEB_USERS_FILE: file, STOCKFLOW_WEB_URL: url });
  const kindOf = (error: unknown) => (error instanceof UsersFileUnusable ? error.kind : error);
  await assert.rejects(open('https://stock.example.com'), (error) => kindOf(error) === 'absent');
  await writeFile(file, 'ops_lead:admin:-\n');
  await chmod(file, 0o666);
  await assert.rejects(open('https://stock.example.com'), (error) => kindOf(error) === 'writable_by_all');
  await chmod(file, 0o644);
  await open('https://stock.example.com');
  await chmod(file, 0o600);
  await open('https://stock.example.com');
  assert.deepEqual(warnings, [
    'everybody on this machine may read the hashes of the users file; chmod 600 it',
  ]);
});

test('each role may do what the roles before it may', () => {
  const may = ROLES.map((role) => ROLES.map((needed) => mayActAs(role, needed)));
  assert.deepEqual(may, [
    [true, false, false],
    [true, true, false],
    [true, true, true],
  ]);
});

test('only a token of our own is taken from a header', () => {
  assert.equal(tokenIn('Bearer sf_abc-_9'), 'sf_abc-_9');
  assert.equal(tokenIn('bearer  sf_abc '), 'sf_abc');
  for (const header of [
    undefined,
    '',
    'Bearer eyJhbGciOi',
    'Basic c2Y6YQ==',
    'sf_abc',
    'Bearer sf_abc sf_def',
  ])
    assert.equal(tokenIn(header), null, String(header));
});

async function textOf(body: ReadableStream<Uint8Array>): Promise<string> {
  return await new Response(body).text();
}

function endless(onCancel: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull: (controller) => controller.enqueue(new TextEncoder().encode('x')),
    cancel: onCancel,
  });
}

test('a stream of updates ends when its reader may not read on, and its source is told', {
  timeout: 10_000,
}, async () => {
  const answers = [true, true, false];
  const cancelled = Promise.withResolvers<void>();
  const isAllowed = async () => answers.shift() ?? false;
  assert.equal(await textOf(whileAllowed(endless(cancelled.resolve), { everyMs: 0, isAllowed })), 'xx');
  await cancelled.promise;
});

test('a stream of updates ends when the server closes, and its source is told', {
  timeout: 10_000,
}, async () => {
  const closing = new AbortController();
  const cancelled = Promise.withResolvers<void>();
  const served = servedBody(endless(cancelled.resolve), { signal: closing.signal, onError: assert.ifError });
  const reader = served.getReader();
  assert.equal((await reader.read()).done, false);
  closing.abort();
  for (let count = 0; !(await reader.read()).done; count++) assert.ok(count < 10);
  await cancelled.promise;
});

test('the pages that one reader has open share a look at who they are, for a while and while it is made', async () => {
  let nowMs = 0;
  let looks = 0;
  const checks = new SharedChecks<number>(5_000, () => nowMs);
  const look = async () => {
    looks += 1;
    return looks;
  };
  assert.deepEqual(
    await Promise.all([checks.get('a', look), checks.get('a', look), checks.get('b', look)]),
    [1, 1, 2],
  );
  nowMs = 4_999;
  assert.equal(await checks.get('a', look), 1);
  nowMs = 5_000;
  assert.equal(await checks.get('a', look), 3);
  assert.equal(looks, 3);
});
