import { test } from 'node:test';
import { openOmsWorld } from '../oms_world.ts';
import { assertRandomNights } from './assert_random_nights.ts';

test('after two random busy nights every count is what stands on the shelf', {
  timeout: 300_000,
}, async (t) => {
  await assertRandomNights(await openOmsWorld(t), { runs: Number(process.env.RANDOM_NIGHTS ?? 25) });
});
