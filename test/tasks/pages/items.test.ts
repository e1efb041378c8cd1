import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openTaskWorld } from '../../../runner/testing.ts';
import { testDatabase } from '../../support/postgres/database.ts';
import { SHIPPED_PAGES, tableOf, testWeb, textOf } from '../../support/web/app.ts';
import { OmsWorld, runOf } from '../oms/oms_world.ts';

const NIGHTS = 'Nights of this item, newest first';
const ODD = '<script>/50%?&#x';
const SECOND = { snapshot_at: '2026-03-11T03:00:00Z' };

const { pool, url } = await testDatabase({ after }, { migrations: ['runner', 'oms', 'queue'] });
const tasks = await openTaskWorld({ postgres: { oms: pool } });
after(() => tasks[Symbol.asyncDispose]());
const web = await testWeb({ after }, { pool, folders: [SHIPPED_PAGES] });
const oms = new OmsWorld(pool, tasks);

await oms.facility('F1', '001');
await oms.facility('F2');
await oms.product('P1');
await oms.product('P2', ODD);
await oms.product('P3', '00123');
await oms.stock('F1', 'P1', 10);
await oms.stock('F2', 'P1', 5);
await oms.stock('F1', 'P2', 4);
await oms.ship({ id: 'S', facility: 'F1', product: 'P1', quantity: 3, at: '2026-03-10T01:00:00Z' });
// P1 at F1: L 7, RP 10, V -3. P1 at F2 was right. P2: L 4, RP 6.
const first = await oms.night([
  ['F1', 'SKU-P1', 10],
  ['F2', 'SKU-P1', 5],
  ['F1', ODD, 6],
]);
// P1 at F1: L 7, RP 15, and still V -3; at F2 the file contradicts itself. P2 is missing.
const overrides = runOf('2026-03-11');
const frozen = await oms.freeze({ snapshot: SECOND, overrides });
const second = await oms.resetFile(
  [
    ['F1', 'SKU-P1', 15],
    ['F2', 'SKU-P1', 1],
    ['F2', 'SKU-P1', 2],
    ['F1', 'SKU-P1', 'many'],
    ['F1', 'SKU-P11', 'few'],
  ],
  SECOND,
);
await oms.reset(second, { overrides, guards: { max_rejected: 1 } });
await oms.applyVariance(frozen, { overrides });
await oms.move('F1', 'P1', -2, '2026-03-11T04:00:00Z');

function hashOf({ sha256 }: { readonly sha256: string }): string {
  return sha256.slice(0, 12);
}

test('an item says what it is now and since when, and has every night with its figures, newest first', async () => {
  const { status, body } = await web.get('/items/SKU-P1');
  assert.equal(status, 200);
  const text = textOf(body);
  assert.match(text, /15 on hand at 2 facilities/);
  assert.match(text, /F1: 10 now; the sync changed it \S.* from 7 to 12, and -2 moved since its snapshot/);
  assert.match(text, /F2: 5; none of the last 2 nights changed it/);
  assert.deepEqual(tableOf(body, NIGHTS), [
    ['night', 'facility', 'in the file', 'before', 'variance', 'after', 'diff', 'why', 'file', 'run'],
    ...[
      ['2026-03-11', 'F1', '15', '7', '-3', '12', '+5', 'reset +8, variance -3', hashOf(second)],
      [
        '2026-03-11',
        'F2',
        '',
        '5',
        '',
        '',
        '',
        'held out: CONFLICTING_ROWS, lines 3, 4 say 1, 2',
        hashOf(second),
      ],
      ['2026-03-10', 'F1', '10', '7', '-3', '7', '0', 'reset +3, variance -3', hashOf(first.file)],
      ['2026-03-10', 'F2', '5', '5', '0', '5', '0', 'right already', hashOf(first.file)],
    ].map((row) => [...row, 'of another runner']),
  ]);
});

test('the rows that were rejected stand with the item that they name, and with no item whose id only begins so', async () => {
  const { body } = await web.get('/items/SKU-P1?facility=001');
  assert.deepEqual(tableOf(body, 'Rejected rows of these nights that name this item').slice(1), [
    ['2026-03-11', 'OMS', '5', 'bad quantity "many"', 'F1,,SKU,SKU-P1,many,'],
  ]);
});

test('a facility, by either of its ids, leaves its own rows and sentence', async () => {
  const { body } = await web.get('/items/SKU-P1?facility=001');
  assert.deepEqual(
    tableOf(body, NIGHTS).map(([night, facility]) => `${night} ${facility}`),
    ['night facility', '2026-03-11 F1', '2026-03-10 F1'],
  );
  assert.match(textOf(body), /F1: 10 now;/);
  assert.doesNotMatch(textOf(body), /F2: 5/);
  const unknown = await web.get('/items/SKU-P1?facility=F9');
  assert.equal(unknown.status, 404);
  assert.match(textOf(unknown.body), /The OMS has no facility F9/);
});

test('only what changed or was left out, and older nights, are one link away', async () => {
  const { body } = await web.get('/items/SKU-P1?rows=happened');
  assert.deepEqual(
    tableOf(body, NIGHTS).map(([night, facility]) => `${night} ${facility}`),
    ['night facility', '2026-03-11 F1', '2026-03-11 F2', '2026-03-10 F1'],
  );
  const { rows } = await pool.query<{ at: Temporal.Instant }>(
    "select applied_at as at from oms.inventory_sync_batch where kind = 'RESET' order by applied_at desc limit 1",
  );
  const older = await web.get(`/items/SKU-P1?before=${rows[0]?.at}`);
  assert.deepEqual(
    tableOf(older.body, NIGHTS).map(([night]) => night),
    ['night', '2026-03-10', '2026-03-10'],
  );
});

test('an id with a script, a slash and a per cent is escaped, and its link from the changes leads to it', async () => {
  // P2 was set the night before and is missing from the last one's file.
  const changes = await web.get('/changes?facility=F1&limit=5');
  assert.doesNotMatch(changes.body, /<script>\//);
  const [, href = ''] = /href="(\/items\/%3Cscript[^"]*)">&lt;script&gt;/.exec(changes.body) ?? [];
  assert.equal(href, `/items/${encodeURIComponent(ODD)}?facility=F1`);
  const { body } = await web.get(href);
  assert.doesNotMatch(body, /<script>\//);
  assert.match(body, /<h1>&lt;script&gt;\/50%\?&amp;#x<\/h1>/);
  assert.match(textOf(body), /F1: 6 since .*, was 4/);
  assert.equal(tableOf(body, NIGHTS)[1]?.[7], 'not in the file');
});

test('an unknown id is not found, and ids like it are named: lost zeros and typing errors', async () => {
  for (const [id, like] of [
    ['123', '00123'],
    ['sku-p1', 'SKU-P1'],
    ['SKU-P12', 'SKU-P1'],
  ] as const) {
    const { status, body } = await web.get(`/items/${id}`);
    assert.equal(status, 404);
    assert.match(body, new RegExp(`href="/items/${like}">${like}</a>`), id);
  }
  assert.doesNotMatch((await web.get('/items/UNLIKE')).body, /Ids like it/);
});

test('an item is found by its product id and by the search form too, which takes ids that no path can hold', async () => {
  assert.match(textOf((await web.get('/items/P1')).body), /10 now;/);
  assert.match(textOf((await web.get('/items?sku=SKU-P1')).body), /10 now;/);
  const { status, body } = await web.get('/items?sku=..');
  assert.equal(status, 404);
  assert.match(textOf(body), /No product of the OMS has or had the id \.\./);
  assert.match(textOf((await web.get('/items')).body), /SKU or product id/);
});

test('where there is no OMS the pages say what to set, and hold no secret', async (t) => {
  const bare = await testDatabase(t, { migrations: ['runner'] });
  const withoutOms = await testWeb(t, { pool: bare.pool, folders: [SHIPPED_PAGES] });
  for (const at of ['/items/SKU-P1', '/changes', '/changes/12', '/changes.csv']) {
    const { status, body } = await withoutOms.get(at);
    assert.equal(status, 404);
    assert.match(body, /Set STOCKFLOW_CONN_OMS=postgres:\/\/user@host\/database/);
  }
  const wrong = new URL(url);
  wrong.password = 'hunter2';
  wrong.port = '1';
  for (const [connection, expected] of [
    [bare.url, /The database that STOCKFLOW_CONN_OMS names has no tables of the sync/],
    [wrong.href, /cannot connect to the database .*ECONNREFUSED/],
    ['mysql://root:hunter2@host/db', /STOCKFLOW_CONN_OMS/],
  ] as const) {
    const env = { STOCKFLOW_CONN_OMS: connection };
    const { status, body } = await (await testWeb(t, { pool: bare.pool, folders: [SHIPPED_PAGES], env })).get(
      '/items/SKU-P1',
    );
    assert.ok(status === 404 || status === 503, String(status));
    assert.match(body, expected);
    assert.doesNotMatch(body, /hunter2/);
    assert.ok(!body.includes(bare.url));
  }
});
