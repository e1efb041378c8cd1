import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BUSINESS_DATE } from '../oms_world.ts';
import { openShadowedOms } from './shadow_world.ts';

const BEFORE = '2026-03-10T01:00:00Z';

test('a shadow night foretells reset and variance of each key, and leaves the OMS as it is', async (t) => {
  const oms = await openShadowedOms(t);
  await oms.facility('F1');
  await oms.facility('F2');
  await oms.product('P1');
  await oms.stock('F1', 'P1', 10);
  await oms.ship({ id: 'S1', facility: 'F1', product: 'P1', quantity: 3, at: BEFORE });
  // L is 7. Retail Pro has not booked the shipment and counts 10: +3, and -3. At F2 it counts 4 where the OMS has no item yet.
  const rows = [
    ['F1', 'SKU-P1', 10],
    ['F2', 'SKU-P1', 4],
  ] as const;
  const shadow = await oms.foretell(rows);
  const foretold = await oms.foretold(BUSINESS_DATE);
  assert.deepEqual(
    foretold.map(({ facility_id, before, reset, variance, after }) => [
      facility_id,
      before,
      reset,
      variance,
      after,
    ]),
    [
      ['F2', 0, 4, 0, 4],
      ['F1', 7, 3, -3, 7],
    ],
  );
  const applied = await oms.night(rows);
  assert.deepEqual(await oms.done(BUSINESS_DATE), foretold);
  assert.deepEqual(shadow.reset, applied.reset);
  assert.deepEqual(shadow.applied, applied.applied);
  assert.deepEqual(
    (await oms.foretold(BUSINESS_DATE, 'reset')).map(({ facility_id, reset, variance }) => [
      facility_id,
      reset,
      variance,
    ]),
    [
      ['F2', 4, 0],
      ['F1', 3, 0],
    ],
  );
});

test('what an earlier freeze of the night holds out in the OMS is not held out by the shadow, which freezes anew', async (t) => {
  const oms = await openShadowedOms(t);
  await oms.facility('F1');
  await oms.product('P1');
  await oms.stock('F1', 'P1', 10);
  await oms.ship({ id: 'S1', facility: 'F1', product: 'P1', quantity: 3, at: BEFORE });
  await oms.posting({ id: 'I1', of: 'S1', facility: 'F1', product: 'P1', diff: -3, sent: BEFORE });
  // Frozen, and never applied: whether I1 is booked cannot be known. Then it is withdrawn.
  const first = await oms.freeze();
  assert.equal(first.ambiguous_keys, 1);
  await oms.pool.query("delete from oms.external_inventory_posting where posting_id = 'I1'");
  await oms.foretell([['F1', 'SKU-P1', 10]]);
  const foretold = await oms.foretold(BUSINESS_DATE);
  assert.deepEqual(
    foretold.map(({ reset, variance }) => [reset, variance]),
    [[3, -3]],
  );
  await oms.night([['F1', 'SKU-P1', 10]]);
  assert.deepEqual(await oms.done(BUSINESS_DATE), foretold);
});
