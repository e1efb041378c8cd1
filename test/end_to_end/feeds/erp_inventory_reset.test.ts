import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { testFeed } from '../../support/night/feed.ts';
import { NIGHT_SERVERS } from '../../support/night/site.ts';

const NIGHT = Temporal.PlainDate.from('2026-03-10');
/** Scheduled for 00:30 in Berlin, 23:30 UTC; L01 was counted at 22:30 UTC and L02 at 22:45. */
const WRITTEN = Temporal.Instant.from('2026-03-09T22:50:00Z');

/**
 * Returns the sample as the ERP sends it: windows-1252, which for these letters equals their code point, and gzipped.
 */
async function sampleFile(): Promise<Uint8Array> {
  const text = await readFile(path.join(import.meta.dirname, '../../fixtures/bestand.csv'), 'utf8');
  return gzipSync(Buffer.from(text, 'latin1'));
}

for (const { kind, name, skip } of NIGHT_SERVERS) {
  test(`the ERP's night on ${name}`, { skip }, async (t) => {
    const feed = await testFeed(t, { dagId: 'erp_inventory_reset', connection: 'erp', server: kind });
    const { oms } = feed;
    await oms.facility('W1', 'L01');
    await oms.facility('W2', 'L02');
    for (const product of ['P1', 'P2']) await oms.product(product);
    await oms.stock('W1', 'P1', 10);
    await oms.stock('W1', 'P2', 3);
    await oms.stock('W2', 'P1', 4);
    await oms.stock('W2', 'P2', 5);
    // Shipped before the count and not booked in the ERP; sold after it; moved before W2's count and after W1's.
    await oms.ship({ id: 'A', facility: 'W1', product: 'P1', quantity: 2, at: '2026-03-09T20:00:00Z' });
    await oms.move('W1', 'P1', -1, '2026-03-09T22:40:00Z');
    await oms.move('W2', 'P1', -1, '2026-03-09T22:40:00Z');
    await feed.put('export/bestand_voll.csv.gz', await sampleFile(), WRITTEN);

    const { run, tasks, states } = await feed.run({ date: NIGHT });
    const failed = tasks.filter(({ state }) => state === 'failed').map(({ errorText }) => errorText);
    assert.deepEqual(failed, []);
    assert.equal(run.state, 'success', JSON.stringify(states));

    // W1 P1: L = 10 - 2, set to 9, corrected by -2, and 1 sold later: 6. W1 P2: 3 -> 0.
    // W2 P1: L = 4 - 1 at its own later count, set to 4. W2 P2 is not in the file.
    const onHand = async (facility: string, product: string) => (await oms.onHand(facility, product))?.qoh;
    assert.deepEqual(
      [
        await onHand('W1', 'P1'),
        await onHand('W1', 'P2'),
        await onHand('W2', 'P1'),
        await onHand('W2', 'P2'),
      ],
      [6, 0, 4, 5],
    );
    const outputOf = (taskId: string) =>
      tasks.find((task) => task.taskId === taskId)?.output ?? assert.fail(`${taskId} has no output`);
    const found = outputOf('wait_for_stock_file');
    assert.equal(found.snapshot_at, '2026-03-09T22:45:00Z');
    assert.deepEqual(found.facilities, { L01: '2026-03-09T22:30:00Z', L02: '2026-03-09T22:45:00Z' });
    const { rows_in, kept, dropped, rejected } = outputOf('filter_stock_file');
    assert.deepEqual([rows_in, kept, dropped, rejected], [4, 3, 1, 0]);
    // +1, -3, +1.
    const { keys, units, net_units } = outputOf('reset_inventory');
    assert.deepEqual([keys, units, net_units], [3, 5, -1]);
    assert.equal(outputOf('apply_variance').net_units, -2);
    const { rows } = await feed.pool.query(
      'select distinct external_system_id from oms.inventory_sync_batch',
    );
    assert.deepEqual(rows, [{ external_system_id: 'ERP' }]);

    const again = await feed.run({ date: NIGHT });
    assert.equal(again.run.state, 'success');
    assert.equal(await onHand('W1', 'P1'), 6);
  });
}
