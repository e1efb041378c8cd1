import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPool } from '../../../runner/connections/postgres/connect.ts';
import { SharedWork } from '../../../runner/web/shared_work.ts';
import { recordStatements } from '../../support/engine/explain.ts';
import { testDatabase } from '../../support/postgres/database.ts';
import { until } from '../../support/until.ts';
import { testWeb } from '../../support/web/app.ts';

/** Work that ends when it is told to; each result is its number. */
function heldWork() {
  const ends: ((error?: Error) => void)[] = [];
  return {
    ends,
    work: () =>
      new Promise<number>((resolve, reject) => {
        const number = ends.length;
        ends.push((error) => (error === undefined ? resolve(number) : reject(error)));
      }),
  };
}

async function begun(works: readonly unknown[], count: number): Promise<void> {
  await until(`work ${count} to begin`, async () => (works.length >= count ? true : null));
  assert.equal(works.length, count);
}

test('who asks while the work goes on shares the next, which begins after they asked', async () => {
  const { ends, work } = heldWork();
  const shared = new SharedWork<number>();
  const first = shared.run('a', work);
  const late = [shared.run('a', work), shared.run('a', work), shared.run('a', work)];
  assert.equal(ends.length, 1);
  ends[0]?.();
  assert.equal(await first, 0);
  await begun(ends, 2);
  const later = shared.run('a', work);
  ends[1]?.();
  assert.deepEqual(await Promise.all(late), [1, 1, 1]);
  await begun(ends, 3);
  ends[2]?.();
  assert.equal(await later, 2);
  const alone = shared.run('a', work);
  ends[3]?.();
  assert.equal(await alone, 3);
});

test('another key shares nothing, and an error is that of those who shared the work alone', async () => {
  const { ends, work } = heldWork();
  const shared = new SharedWork<number>();
  const [a, b] = [shared.run('a', work), shared.run('b', work)];
  assert.equal(ends.length, 2);
  const next = shared.run('a', work);
  ends[0]?.(new Error('no such table'));
  await assert.rejects(a, /no such table/);
  ends[1]?.();
  await begun(ends, 3);
  ends[2]?.();
  assert.deepEqual(await Promise.all([b, next]), [1, 2]);
});

test('two hundred who open the first page at once cost the database no more than two', async (t) => {
  const { url } = await testDatabase(t, { migrations: ['runner', 'queue'] });
  const pool = createPool(url, { applicationName: 'stockflow test', max: 10 });
  t.after(() => pool.end());
  const sent = recordStatements(pool);
  const web = await testWeb(t, { pool, folders: [] });
  assert.equal((await web.get('/')).status, 200);
  const once = sent.length;
  assert.ok(once > 3);
  const answers = await Promise.all(Array.from({ length: 200 }, () => web.get('/')));
  assert.ok(answers.every(({ status, body }) => status === 200 && body.endsWith('</html>')));
  assert.equal(sent.length, 3 * once);
});
