import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notJson, notJsonSentence } from '../../../../runner/core/value/stored_json.ts';

function sentenceOf(value: unknown): string | null {
  const problem = notJson(value);
  return problem === null ? null : notJsonSentence('the return value', problem);
}

test('a value that JSON keeps as it is may be stored, and so may one that says itself what it is in JSON', () => {
  const shared = { sku: '001' };
  for (const value of [
    null,
    '',
    0,
    -1.5,
    false,
    [],
    {},
    { rows: [{ id: 1 }, null] },
    [shared, shared],
    { note: undefined },
    Temporal.Instant.from('2026-01-31T06:00:00Z'),
    { at: new Date(0) },
    Object.assign(Object.create(null), { plain: true }),
  ]) {
    assert.equal(sentenceOf(value), null);
  }
});

test('each kind of value that JSON would refuse, drop or change is named with its place', () => {
  const circular: Record<string, unknown> = { name: 'a' };
  circular.self = { back: [circular] };
  const cases: readonly (readonly [unknown, string])[] = [
    [{ rows: [{}, {}, { id: 1n }] }, 'it holds a BigInt at rows[2].id'],
    [5n, 'it is a BigInt'],
    [() => 1, 'it is a function'],
    [{ done() {} }, 'it holds a function at done'],
    [[Symbol('x')], 'it holds a symbol at [0]'],
    [[1, undefined], 'it holds undefined at [1]'],
    [{ share: Number.NaN }, 'it holds NaN at share'],
    [{ rate: Number.NEGATIVE_INFINITY }, 'it holds -Infinity at rate'],
    [circular, 'it holds a circular reference at self.back[0]'],
    [{ 'by sku': new Map() }, 'it holds a Map at ["by sku"]'],
    [{ seen: new Set([1]) }, 'it holds a Set at seen'],
    [{ rows: Promise.resolve(1) }, 'it holds a Promise that nobody awaited at rows'],
    [{ pattern: /x/ }, 'it holds a RegExp at pattern'],
    [{ cause: new Error('x') }, 'it holds an Error at cause'],
    [{ bytes: new Uint8Array(2) }, 'it holds binary data at bytes'],
    [{ at: new Date(Number.NaN) }, 'it holds an invalid date at at'],
  ];
  for (const [value, sentence] of cases)
    assert.equal(sentenceOf(value), `the return value is not JSON: ${sentence}`);
});

test('text that JSON has and Postgres has not is named as such, also in a key', () => {
  assert.equal(
    sentenceOf({ a: ['x\0'] }),
    'the return value cannot be stored: it holds text with a NUL character at a[0]',
  );
  assert.equal(
    sentenceOf('\ud800'),
    'the return value cannot be stored: it is text with half of a surrogate pair',
  );
  assert.equal(
    sentenceOf({ ok: { 'k\0': 1 } }),
    'the return value cannot be stored: it holds a key with a NUL character at ok',
  );
});
