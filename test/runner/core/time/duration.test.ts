import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DurationError, formatDuration, parseDuration } from '../../../../runner/core/time/duration.ts';

describe('durations', () => {
  for (const [text, ms] of [
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['2d', 172_800_000],
    ['1h30m', 5_400_000],
    ['1d1h1m1s1ms', 90_061_001],
    ['90m', 5_400_000],
    ['350ms', 350],
    ['0s', 0],
  ] as const) {
    it(`${text} is ${ms} ms`, () => assert.equal(parseDuration(text), ms));
  }

  for (const text of [
    '',
    '5',
    'm',
    '5 m',
    '1h 30m',
    '1.5h',
    '-5m',
    '5M',
    '5min',
    '30m1h',
    '5m5m',
    '1w',
    '٥m',
    '5m\n',
  ]) {
    it(`${JSON.stringify(text)} is refused with what was found and how to write it`, () => {
      assert.throws(
        () => parseDuration(text),
        (error) =>
          error instanceof DurationError &&
          error.message.startsWith(`${JSON.stringify(text)} is not a duration: write `) &&
          error.message.includes('1h30m'),
      );
    });
  }

  it('a duration that no date could be moved by is refused', () => {
    assert.equal(parseDuration('36500d'), 3_153_600_000_000);
    assert.throws(() => parseDuration('36500d1ms'), /"36500d1ms" is too long: the most is 36500d/);
    assert.throws(() => parseDuration(`${'9'.repeat(400)}d`), /is too long/);
  });

  for (const [ms, text] of [
    [0, '0s'],
    [350, '350ms'],
    [1_000, '1s'],
    [1_350, '1s350ms'],
    [90_000, '1m30s'],
    [3_600_000, '1h'],
    [5_400_000, '1h30m'],
    [86_400_000, '1d'],
    [129_600_000, '1d12h'],
    [-5_000, '-5s'],
    [12.4, '12ms'],
    [-0.3, '0s'],
  ] as const) {
    it(`${ms} ms is shown as ${text}`, () => assert.equal(formatDuration(ms), text));
  }

  it('every whole number of milliseconds survives being written and read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_153_600_000_000 }), (ms) => {
        assert.equal(parseDuration(formatDuration(ms)), ms);
      }),
    );
  });
});
