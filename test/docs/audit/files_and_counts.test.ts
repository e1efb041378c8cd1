import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { testNight } from '../../support/night/night.ts';
import { until } from '../../support/until.ts';
import { ask, some } from './questions.ts';

test('the questions about files and counts are answered with what the night read, published and changed', async (t) => {
  const night = await testNight(t);
  await night.startWorker();
  const ended = await night.run();
  const { run, states } = ended;
  assert.equal(states.verify_night, 'success');
  const rows = (await night.report(ended)).night?.rows ?? assert.fail('no rows are reported');
  const { pool, world } = night;
  const sha256 = createHash('sha256').update(night.file).digest('hex');

  const files = await ask(pool, 'Which files were read and published?');
  const reset = files.find(
    ({ direction, connection, path }) =>
      direction === 'read' && connection === 'retailpro' && /outgoing.*\.csv$/.test(String(path)),
  );
  assert.deepEqual(some(reset, 'task_id', 'size_bytes', 'rows', 'sha256', 'worker_host'), [
    'filter_reset_file',
    night.file.length,
    night.rows,
    sha256,
    hostname(),
  ]);

  assert.deepEqual(await ask(pool, 'Which rows were rejected?'), [
    {
      business_date: '2025-01-15',
      run_id: run.runId,
      rows_in: 1_200,
      kept: rows.kept,
      rejected: 4,
      reasons: rows.reasons,
      rejects_location: 'artifact:filter_rejects.csv',
    },
  ]);

  const perNight = await ask(pool, 'What did the sync change?', { query: 1 });
  assert.deepEqual(
    perNight.map((row) => some(row, 'business_date', 'kind', 'keys', 'net_units')),
    [
      ['2025-01-15', 'RESET', world.truth.reset.keys, world.truth.reset.netUnits],
      ['2025-01-15', 'VARIANCE', world.truth.variance.appliedKeys, world.truth.variance.appliedUnits],
    ],
  );

  const covered = world.truth.keys
    .values()
    .find(({ standing, varianceUnits }) => standing === 'covered' && varianceUnits !== 0);
  const { productId, facilityId, retailproUnits, varianceUnits } = covered ?? assert.fail('no such key');
  const literals = { "'P1'": `'${productId}'` };
  const ofNight = { ...literals, 'current_date - 30': `date '2025-01-14'` };
  const shown = (await ask(pool, 'What did the sync change?', { literals: ofNight })).filter(
    (row) => row.facility_id === facilityId,
  );
  assert.deepEqual(
    shown.map((row) => some(row, 'kind', 'quantity_after', 'quantity_diff', 'batch_id')),
    [
      ['RESET', retailproUnits, shown[0]?.quantity_diff, 'RESET-RETAIL_PRO-2025-01-15'],
      ['VARIANCE', retailproUnits + varianceUnits, varianceUnits, 'VARIANCE-RETAIL_PRO-2025-01-15'],
    ],
  );

  const set = (
    await ask(pool, 'Which file set this product to this count, and what is its checksum?', { literals })
  ).filter((row) => row.facility_id === facilityId);
  const variance = files.find(
    ({ direction, path }) => direction === 'published' && /inventory_variance_.*\.csv$/.test(String(path)),
  );
  assert.deepEqual(
    set.map((row) =>
      some(
        row,
        'kind',
        'quantity_after',
        'file_sha256',
        'path',
        'size_bytes',
        'run_id',
        'task_id',
        'worker_host',
      ),
    ),
    [
      [
        'RESET',
        retailproUnits,
        sha256,
        reset?.path,
        night.file.length,
        run.runId,
        'reset_inventory',
        hostname(),
      ],
      [
        'VARIANCE',
        retailproUnits + varianceUnits,
        variance?.sha256,
        variance?.path,
        variance?.size_bytes,
        run.runId,
        'apply_variance',
        hostname(),
      ],
    ],
  );

  assert.deepEqual(await ask(pool, 'Was each night proven right?'), []);
  await pool.query(`update oms.inventory_sync_proof set wrong = 1 where invariant = 'I2'`);
  const doubted = await ask(pool, 'Was each night proven right?');
  assert.deepEqual(
    doubted.map((row) => some(row, 'external_system_id', 'business_date', 'invariant', 'wrong')),
    [['RETAIL_PRO', '2025-01-15', 'I2', 1]],
  );
  await until('the night to be sealed', async () => {
    const [head] = await ask(pool, 'Which events wait for a seal, and what is the head of the chain?');
    return head?.unsealed === 0;
  });
});
