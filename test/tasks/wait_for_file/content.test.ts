import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { z } from 'zod';
import { DeferTask, FailTask } from '../../../runner/task.ts';
import { openTaskWorld, type TaskWorld } from '../../../runner/testing.ts';
import { foundFileSchema } from '../../../tasks/files/found_file.ts';
import waitForFile from '../../../tasks/wait_for_file.ts';
import { testDatabase } from '../../support/postgres/database.ts';

const { pool } = await testDatabase({ after }, { migrations: ['oms'] });

const FOLDER = 'sftp://erp/export';
const WRITTEN = Temporal.Instant.from('2026-03-10T03:10:00Z');
const PARAMS: z.input<typeof waitForFile.params> = {
  from: `${FOLDER}/stock_*.csv`,
  connection: 'oms',
  external_system_id: 'ERP',
  snapshot_in: { column: 'counted', facility_column: 'store', timezone: 'UTC' },
};

async function world(): Promise<TaskWorld> {
  return openTaskWorld({ now: '2026-03-10T05:00:00Z', postgres: { oms: pool } });
}

async function poll(at: TaskWorld, params = {}) {
  return foundFileSchema.parse(await at.run(waitForFile, { ...PARAMS, ...params }));
}

const file = (...rows: readonly string[]) => `${['store,sku,qty,counted', ...rows].join('\n')}\n`;

test('the snapshot is what every row says', async () => {
  await using at = await world();
  await at.files.put(
    `${FOLDER}/stock_1.csv`,
    file('S1,A,5,2026-03-10T03:00:00Z', 'S2,A,5,2026-03-10 03:00', 'S2,"broken'),
    WRITTEN,
  );
  const found = await poll(at);
  assert.equal(found.snapshot_at.toString(), '2026-03-10T03:00:00Z');
  assert.deepEqual(found.facilities, {});
  assert.deepEqual(
    at.files.reads.map(({ rows }) => rows),
    [3],
  );
});

test('facilities that were counted at different times each keep theirs, the latest speaks for the file', async () => {
  await using at = await world();
  const rows = ['S1,A,5,2026-03-10T02:00:00Z', 'S2,A,5,2026-03-10T03:00:00Z', 'S1,B,1,2026-03-10T02:00:00Z'];
  await at.files.put(`${FOLDER}/stock_1.csv`, file(...rows), WRITTEN);
  const found = await poll(at);
  assert.equal(found.snapshot_at.toString(), '2026-03-10T03:00:00Z');
  assert.deepEqual(
    Object.entries(found.facilities).map(([id, instant]) => `${id} ${instant}`),
    ['S1 2026-03-10T02:00:00Z', 'S2 2026-03-10T03:00:00Z'],
  );
});

const REFUSED: readonly (readonly [why: string, rows: readonly string[], params: object, message: RegExp])[] =
  [
    [
      'one store with two times',
      ['S1,A,5,2026-03-10T03:00:00Z', 'S1,B,5,2026-03-09T03:00:00Z'],
      {},
      /^the snapshot of facility S1 is 2026-03-10T03:00:00Z on line 2 and 2026-03-09T03:00:00Z on line 3.*; file: .*stock_1\.csv$/,
    ],
    [
      'two stores with two times where one was due',
      ['S1,A,5,2026-03-10T03:00:00Z', 'S2,B,5,2026-03-10T02:00:00Z'],
      { snapshot_in: { column: 'counted' } },
      /the snapshot is 2026-03-10T03:00:00Z on line 2 and 2026-03-10T02:00:00Z on line 3/,
    ],
    ['a row without a time', ['S1,A,5,'], {}, /line 2: "" is not a date and time/],
    ['no row at all', [], {}, /none of its 0 rows says when it was counted/],
    [
      'a column that is not there',
      ['S1,A,5,2026-03-10T03:00:00Z'],
      { snapshot_in: { column: 'Stand' } },
      /header: no column Stand \(found: store, sku, qty, counted\)/,
    ],
    [
      'an hour that comes twice',
      ['S1,A,5,2025-11-02 01:30'],
      { snapshot_in: { column: 'counted', timezone: 'America/New_York' } },
      /line 2: "2025-11-02 01:30" comes twice or not at all in America\/New_York/,
    ],
  ];
for (const [why, rows, params, message] of REFUSED) {
  test(`refused without waiting: ${why}`, async () => {
    await using at = await world();
    await at.files.put(`${FOLDER}/stock_1.csv`, file(...rows), WRITTEN);
    await assert.rejects(poll(at, params), (error) => {
      assert.ok(error instanceof FailTask, `${error}`);
      assert.match(error.message, message);
      return true;
    });
  });
}

test('packed bytes where CSV was expected are named', async () => {
  await using at = await world();
  await at.files.put(`${FOLDER}/stock_1.csv`, gzipSync(file('S1,A,5,2026-03-10T03:00:00Z')), WRITTEN);
  await assert.rejects(poll(at), /the file is gzip, and CSV in utf-8 was expected/);
});

test('a file that was applied, is of another night or is still young is waited past, with the reason', async () => {
  await using at = await world();
  await pool.query(
    `insert into oms.inventory_sync_batch (batch_id, kind, external_system_id, business_date, snapshot_at)
     values ('R', 'RESET', 'ERP', '2026-03-09', '2026-03-09T06:00:00Z')`,
  );
  const { files, clock } = at;
  await files.put(
    `${FOLDER}/stock_old.csv`,
    file('S1,A,5,2026-03-08T03:00:00Z'),
    WRITTEN.subtract({ hours: 30 }),
  );
  await files.put(`${FOLDER}/stock_applied.csv`, file('S1,A,5,2026-03-09T06:00:00Z'), WRITTEN);
  await files.put(`${FOLDER}/stock_young.csv`, file('S1,A,5,2026-03-10T04:59:00Z'), clock.now);
  await assert.rejects(poll(at), (error) => {
    assert.ok(error instanceof DeferTask, `${error}`);
    assert.match(error.message, /stock_young\.csv: \d+ bytes, changed 0 s ago/);
    assert.match(
      error.message,
      /stock_applied\.csv: its snapshot 2026-03-09T06:00:00Z is not after the last applied/,
    );
    assert.match(
      error.message,
      /stock_old\.csv: written 2026-03-08T21:10:00Z, before 2026-03-09T05:00:00Z, the oldest allowed \(max_age\)/,
    );
    return true;
  });
  // The young one has settled by now, and is tonight's.
  clock.now = clock.now.add({ minutes: 1 });
  assert.equal((await poll(at)).name, 'stock_young.csv');
});
