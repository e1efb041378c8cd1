import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertRandomNights } from '../nights/assert_random_nights.ts';
import { openShadowedOms } from './shadow_world.ts';

test('on random busy nights a role that may only select foretells exactly what is then applied', {
  timeout: 300_000,
}, async (t) => {
  const oms = await openShadowedOms(t);
  let compared = 0;
  await assertRandomNights(oms, {
    runs: Number(process.env.RANDOM_NIGHTS ?? 4),
    beforeFreeze: async (rows, night) => {
      if (rows.length > 0) await oms.foretell(rows, night);
    },
    afterNight: async (date) => {
      const done = await oms.done(date);
      if (done.length === 0) return;
      assert.deepEqual(await oms.foretold(date), done);
      compared += done.length;
    },
  });
  assert.ok(compared > 0);
});
