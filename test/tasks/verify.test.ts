import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { FailTask } from '../../runner/task.ts';
import { openTaskWorld } from '../../runner/testing.ts';
import verify from '../../tasks/verify.ts';
import { type OmsWorld, openOmsWorld, SYSTEM } from './oms/oms_world.ts';

const PARAMS = { connection: 'oms', external_system_id: SYSTEM };

async function openAppliedNight(t: TestContext): Promise<OmsWorld> {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.product('P1');
  await oms.stock('F1', 'P1', 10);
  await oms.ship({ id: 'S1', facility: 'F1', product: 'P1', quantity: 3, at: '2026-03-10T01:00:00Z' });
  await oms.night([['F1', 'SKU-P1', 10]]);
  return oms;
}

test('a right night gives the figures of every check', async (t) => {
  const oms = await openAppliedNight(t);
  await using world = await openTaskWorld({ postgres: { oms: oms.pool } });
  const right = { checked: 1, violations: 0, examples: [] };
  assert.deepEqual(await verify.run(world.context(PARAMS)), {
    business_date: '2026-03-10',
    revision: 1,
    ...{ I1: right, I2: right, I3: right, I4: { ...right, checked: 0 }, I5: right },
  });
});

test('a wrong count fails the task without retry, with the key, the figure and what it should be', async (t) => {
  const oms = await openAppliedNight(t);
  await oms.move('F1', 'P1', 4, '2026-03-09T12:00:00Z');
  await using world = await openTaskWorld({ postgres: { oms: oms.pool } });
  await assert.rejects(verify.run(world.context(PARAMS)), (error) => {
    assert.ok(error instanceof FailTask);
    assert.match(
      error.message,
      /^I1 \(.*\) is violated by 1 of 1 keys: F1\/P1 \(SKU-P1\) has 11, not 7; I2 \(/,
    );
    return true;
  });
});

async function proofOf(oms: OmsWorld) {
  const { rows } = await oms.pool.query(
    `select invariant, checked, wrong, examples, attempt_token from audit.inventory_proof
      where external_system_id = $1 and business_date = '2026-03-10' order by checked_at, invariant`,
    [SYSTEM],
  );
  return rows;
}

const NOTHING_WRONG = { checked: 1, wrong: 0, examples: [], attempt_token: 'attempt-1' };

test('a right night leaves its proof for audit, once however often the commit is answered', async (t) => {
  const oms = await openAppliedNight(t);
  await using world = await openTaskWorld({ postgres: { oms: oms.pool } });
  await verify.run(world.context(PARAMS));
  await verify.run(world.context(PARAMS));
  assert.deepEqual(await proofOf(oms), [
    { ...NOTHING_WRONG, invariant: 'I1' },
    { ...NOTHING_WRONG, invariant: 'I2' },
    { ...NOTHING_WRONG, invariant: 'I3' },
    { ...NOTHING_WRONG, invariant: 'I4', checked: 0 },
    { ...NOTHING_WRONG, invariant: 'I5' },
  ]);
});

test('a wrong night leaves what is wrong for audit, and the next reading adds to it', async (t) => {
  const oms = await openAppliedNight(t);
  await oms.move('F1', 'P1', 4, '2026-03-09T12:00:00Z');
  await using world = await openTaskWorld({ postgres: { oms: oms.pool } });
  await assert.rejects(verify.run(world.context(PARAMS)), FailTask);
  await oms.move('F1', 'P1', -4, '2026-03-09T12:00:00Z');
  await verify.run(world.context(PARAMS, { attempt: { token: 'attempt-2' } }));
  const wrong = { facility_id: 'F1', product_id: 'P1', sku: 'SKU-P1', expected: 7, found: 11 };
  const readings = (await proofOf(oms)).filter(({ invariant }) => invariant === 'I1');
  assert.deepEqual(readings, [
    { invariant: 'I1', checked: 1, wrong: 1, examples: [wrong], attempt_token: 'attempt-1' },
    { ...NOTHING_WRONG, invariant: 'I1', attempt_token: 'attempt-2' },
  ]);
});

test('of many wrong keys three are named, and that there are more', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  const products = ['P1', 'P2', 'P3', 'P4'];
  for (const product of products) {
    await oms.product(product);
    await oms.stock('F1', product, 10);
  }
  await oms.night(products.map((product) => ['F1', `SKU-${product}`, 10]));
  for (const product of products) await oms.move('F1', product, 1, '2026-03-09T12:00:00Z');
  await using world = await openTaskWorld({ postgres: { oms: oms.pool } });
  await assert.rejects(verify.run(world.context(PARAMS)), {
    message:
      /^I1 \([a-z ]+\) is violated by 4 of 4 keys: F1\/P1 \(SKU-P1\) has 11, not 10, F1\/P2 \(SKU-P2\) has 11, not 10, F1\/P3 \(SKU-P3\) has 11, not 10, \.\.\.; I2/,
  });
});
