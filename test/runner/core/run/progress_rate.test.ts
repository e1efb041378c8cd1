import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProgressRate, ProgressRates, remainingMs } from '../../../../runner/core/run/progress_rate.ts';

test('a rate is of the last seconds, unknown at first, and begins anew when a task starts again', () => {
  const rate = new ProgressRate();
  rate.observe(0, 0);
  assert.equal(rate.perSecond(), null);
  rate.observe(10_000_000, 1_000);
  rate.observe(10_000_000, 1_500);
  assert.equal(rate.perSecond(), 10_000_000);
  rate.observe(5, 2_000);
  assert.equal(rate.perSecond(), null);
});

test('the remaining time is what is left at the present rate, and unknown without a total or a rate', () => {
  const rows = { done: 300, total: 1_000, unit: 'rows' } as const;
  assert.equal(remainingMs(rows, 350), 2_000);
  assert.equal(remainingMs(rows, null), null);
  assert.equal(remainingMs(rows, 0), null);
  assert.equal(remainingMs({ ...rows, total: null }, 350), null);
  assert.equal(remainingMs({ ...rows, done: 1_000 }, 350), null);
});

test('each attempt has a rate of its own, and one that is no longer observed is forgotten', () => {
  const rates = new ProgressRates();
  const at = (done: number) => ({ done, total: 100, unit: 'items' }) as const;
  assert.deepEqual(rates.observe('load 1', at(10), 0), { perSecond: null, remainingMs: null });
  rates.observe('load 2', at(90), 1_000);
  assert.deepEqual(rates.observe('load 1', at(30), 2_000), { perSecond: 10, remainingMs: 7_000 });
  rates.forgetBefore(2_000);
  assert.deepEqual(rates.observe('load 2', at(95), 3_000), { perSecond: null, remainingMs: null });
});
