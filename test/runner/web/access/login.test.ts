import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptLimiter } from '../../../../runner/web/access/login/limiter.ts';
import { nextPath } from '../../../../runner/web/access/login/next_path.ts';

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
