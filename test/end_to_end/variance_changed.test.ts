import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { isSound } from '../../demo/report/report.ts';
import { clearTasks } from '../../runner/engine/operator/operator.ts';
import { verifyNight } from '../../tasks/oms/verify/verify.ts';
import { type TestNight, testNight } from '../support/night/night.ts';
import { assertFailedOnce } from '../support/night/refusal.ts';

test('a variance file changed after it was published is refused, the reset stays, and the night succeeds with the right file', async (t) => {
  const night = await testNight(t);
  await night.startWorker();
  // Holds the reset back at its last step, so that the file can be changed before anyone reads it.
  const holder = await night.pool.connect();
  await holder.query('begin');
  await holder.query('lock table oms.external_inventory_reset in access exclusive mode');
  const runId = await night.trigger();
  await night.untilTask(runId, 'create_variance_file', ({ state }) => state === 'success');
  const [name = ''] = await night.site.filesIn('hotwax/inventory_variance');
  const place = night.site.place(`hotwax/inventory_variance/${name}`);
  const published = await readFile(place, 'utf8');
  await writeFile(place, published.replace(/,-1,/, ',-9,'));
  await holder.query('rollback');
  holder.release();

  const ended = await night.ended(runId);
  assertFailedOnce(ended, 'apply_variance', [
    /its sha256 is [0-9a-f]{64}, and [0-9a-f]{64} was published; nothing is applied/,
  ]);
  assert.equal(ended.states.reset_inventory, 'success');
  assert.deepEqual(await batchKinds(night), ['RESET']);
  assert.deepEqual(await violationsOf(night), { I1: 0, I2: 0, I3: 0, I4: 0, I5: 0 });

  await writeFile(place, published);
  await clearTasks(night.pool, runId, {
    taskId: null,
    onlyFailed: true,
    downstream: false,
    by: { actor: 'test', channel: 'cli' },
    reason: 'the file is back',
  });
  assert.ok(isSound(await night.report(await night.ended(runId))));
  assert.deepEqual(await batchKinds(night), ['RESET', 'VARIANCE']);
});

async function batchKinds({ pool }: TestNight): Promise<readonly string[]> {
  const { rows } = await pool.query<{ kind: string }>(
    'select kind from oms.inventory_sync_batch order by kind',
  );
  return rows.map(({ kind }) => kind);
}

async function violationsOf({ pool, world }: TestNight): Promise<Readonly<Record<string, number>>> {
  const client = await pool.connect();
  try {
    const businessDate = world.night.businessDate.toString();
    const check = await verifyNight(client, { externalSystemId: 'RETAIL_PRO', businessDate });
    return Object.fromEntries(Object.entries(check).map(([name, { violations }]) => [name, violations]));
  } finally {
    client.release();
  }
}
