import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { OtherWorldError } from '../../demo/other_world.ts';
import { prepareWorld } from '../../demo/prepare.ts';
import { outgoingDir } from '../../demo/sftp_server/site.ts';
import { makeWorld } from '../../demo/world/world.ts';
import { testDatabase } from '../support/postgres/database.ts';

const SILENT = { begin() {}, progress() {}, done() {} };

test('a night that was worked from one file is not prepared with another, and says how to go on', async (t) => {
  const { pool } = await testDatabase(t, { migrations: ['oms'] });
  const siteDir = await mkdtemp(join(tmpdir(), 'stockflow-prepare-'));
  t.after(() => rm(siteDir, { recursive: true }));
  const world = makeWorld({ products: 500, activeProducts: 5 });
  const prepare = (rows: number) =>
    prepareWorld({ pool, world, siteDir, rows, stage: SILENT, signal: new AbortController().signal });

  const first = await prepare(3_000);
  const second = await prepare(4_000);
  assert.notEqual(second.sha256, first.sha256, 'no night was worked yet');
  await pool.query(
    `insert into oms.inventory_sync_batch (batch_id, kind, external_system_id, business_date, snapshot_at)
     values ('RESET-1', 'RESET', 'RETAIL_PRO', $1, now())`,
    [world.night.businessDate.toString()],
  );
  assert.equal((await prepare(4_000)).written, false);
  await assert.rejects(prepare(3_000), (error: Error) => {
    assert.ok(error instanceof OtherWorldError);
    assert.match(
      error.message,
      /worked from a file of 4,000 rows, and not of 3,000; --rows 4000 works it again/,
    );
    return true;
  });
  assert.equal((await prepare(4_000)).sha256, second.sha256);
  assert.equal((await readdir(outgoingDir(siteDir))).length, 2);
  await assert.rejects(
    prepareWorld({
      ...{ pool, siteDir, rows: 4_000, stage: SILENT, signal: new AbortController().signal },
      world: makeWorld({ seed: 'other', products: 50, activeProducts: 2 }),
    }),
    OtherWorldError,
  );
});
