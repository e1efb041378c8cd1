import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LoginAttempts } from '../../../../runner/web/access/login/attempts.ts';
import { AttemptLimiter } from '../../../../runner/web/access/login/limiter.ts';
import { nextPath } from '../../../../runner/web/access/login/next_path.ts';
import { parseUsers } from '../../../../runner/web/access/users/file.ts';
import { hashPassword } from '../../../../runner/web/access/users/password.ts';

test('a key has its burst, then one attempt for each refill, whatever others do', () => {
  const limiter = new AttemptLimiter({ burst: 3, refillMs: 1_000, maxKeys: 10 });
  assert.deepEqual(
    [0, 0, 0, 0].map((atMs) => limiter.take('a', atMs)),
    [0, 0, 0, 1_000],
  );
  assert.equal(limiter.take('b', 0), 0);
  assert.equal(limiter.take('a', 400), 600, 'a refused attempt costs nothing');
  assert.equal(limiter.take('a', 1_000), 0);
  assert.equal(limiter.take('a', 1_000), 1_000);
  assert.deepEqual(
    [60_000, 60_000, 60_000, 60_000].map((atMs) => limiter.take('a', atMs)),
    [0, 0, 0, 1_000],
  );
});

test('an attempt that succeeds is given back', () => {
  const limiter = new AttemptLimiter({ burst: 1, refillMs: 1_000, maxKeys: 10 });
  for (let count = 0; count < 5; count++) {
    assert.equal(limiter.take('a', 0), 0);
    limiter.giveBack('a');
  }
  limiter.giveBack('a');
  assert.deepEqual([limiter.take('a', 0), limiter.take('a', 0)], [0, 1_000], 'no more than its burst');
});

test('however many keys come, the memory is bounded, and the key used longest ago goes first', () => {
  const limiter = new AttemptLimiter({ burst: 1, refillMs: 1_000, maxKeys: 3 });
  for (const key of ['a', 'b', 'c', 'a', 'd']) limiter.take(key, 0);
  assert.equal(limiter.size, 3);
  assert.equal(limiter.take('a', 0), 1_000, 'kept');
  for (let count = 0; count < 10_000; count++) limiter.take(`key ${count}`, 0);
  assert.equal(limiter.size, 3);
});

test('a clock that goes back gives no attempt', () => {
  const limiter = new AttemptLimiter({ burst: 1, refillMs: 1_000, maxKeys: 3 });
  assert.equal(limiter.take('a', 5_000), 0);
  assert.equal(limiter.take('a', 0), 1_000);
});

test('a log-in leads to a path of this page only', () => {
  for (const path of ['/', '/runs/812?tab=log#L120', '/dags/a%20b', '/loginless'])
    assert.equal(nextPath(path), path);
  for (const path of [
    undefined,
    '',
    'runs',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/a\\..\\b',
    '/..//evil.example',
    '/./\\evil',
    '/login',
    '/login?next=/x',
    '/logout',
    '/a\nb',
  ])
    assert.equal(nextPath(path), '/', JSON.stringify(path));
});

// Cheaper than a users file may have it: what is counted here does not depend on the cost.
const hash = await hashPassword('right password', { ln: 4, r: 8, p: 1 });
const users = new Map([
  ...parseUsers('nobody:viewer:-', 'users.txt'),
  ['ops_lead', { name: 'ops_lead', role: 'admin', passwordHash: hash } as const],
]);

test('an address that tries many names is limited, and people at other addresses are not', async () => {
  const attempts = new LoginAttempts();
  const tried = (name: string, address: string, password = 'wrong password') =>
    attempts.check({ name, password, address }, users, 0);
  for (let count = 0; count < 20; count++)
    assert.deepEqual(await tried(`name ${count}`, `2001:db8::${count + 1}`), { kind: 'wrong' });
  assert.deepEqual(await tried('ops_lead', '2001:db8::ffff', 'right password'), {
    kind: 'limited',
    retryAfterMs: 10_000,
  });
  assert.equal((await tried('ops_lead', '203.0.113.5', 'right password')).kind, 'ok');
});

test('a name is limited whatever the case of its letters, and log-ins that succeed do not count', async () => {
  const attempts = new LoginAttempts();
  const tried = (name: string, password: string) =>
    attempts.check({ name, password, address: '203.0.113.5' }, users, 0);
  for (let count = 0; count < 30; count++)
    assert.equal((await tried('ops_lead', 'right password')).kind, 'ok');
  for (const name of ['ops_lead', 'Ops_lead', 'OPS_LEAD', 'ops_lead', 'oPs_lead', 'ops_lead'])
    assert.equal((await tried(name, 'wrong password')).kind, 'wrong');
  assert.deepEqual(await tried('ops_lead', 'right password'), { kind: 'limited', retryAfterMs: 60_000 });
  assert.deepEqual(await tried('nobody', ''), { kind: 'wrong' }, 'a person without a password');
});

test('a crowd of attempts is turned away before it takes the memory', async () => {
  const attempts = new LoginAttempts();
  const crowd = Array.from({ length: 40 }, (_, index) =>
    attempts.check(
      { name: `name ${index}`, password: 'wrong password', address: `10.0.${index}.1` },
      users,
      0,
    ),
  );
  const kinds = Map.groupBy(await Promise.all(crowd), ({ kind }) => kind);
  assert.deepEqual([kinds.get('wrong')?.length, kinds.get('limited')?.length], [22, 18]);
  assert.equal(
    (await attempts.check({ name: 'ops_lead', password: 'right password', address: '10.1.0.1' }, users, 0))
      .kind,
    'ok',
  );
});
