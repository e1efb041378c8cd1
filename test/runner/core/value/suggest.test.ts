import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  didYouMean,
  didYouMeanAndList,
  didYouMeanOrList,
  suggest,
} from '../../../../runner/core/value/suggest.ts';

test('the nearest word is suggested: one letter swapped, left out, added, wrong, or in another case', () => {
  const words = ['retries', 'retry_delay', 'pool', 'priority'];
  assert.equal(suggest('retires', words), 'retries');
  assert.equal(suggest('retris', words), 'retries');
  assert.equal(suggest('retriess', words), 'retries');
  assert.equal(suggest('pooL', words), 'pool');
  assert.equal(suggest('retry-delay', words), 'retry_delay');
});

test('nothing is suggested for a word that is more than a third away', () => {
  assert.equal(suggest('deadline', ['retries', 'pool']), null);
  assert.equal(suggest('c', ['a', 'b']), null);
  assert.equal(suggest('', ['a']), null);
});

test('of two near words the nearer is suggested, whatever their order', () => {
  assert.equal(suggest('export', ['exports_x', 'exporter']), 'exporter');
  assert.equal(suggest('export', ['exporter', 'exports']), 'exports');
});

test('without a near word the known ones are listed, the first thirty at most', () => {
  assert.equal(didYouMean('zebra', ['pool']), '');
  assert.equal(didYouMeanOrList('pol', ['pool']), ', did you mean pool?');
  assert.equal(didYouMeanOrList('zebra', ['pool', 'with']), '; there are pool, with');
  assert.equal(didYouMeanOrList('zebra', []), '; there are none');
  assert.equal(didYouMeanAndList('pol', ['pool', 'with']), ', did you mean pool? There are pool, with');
  const many = Array.from({ length: 31 }, (_, index) => `t${index}`);
  assert.ok(didYouMeanOrList('zebra', many).endsWith('t29, ...'));
});
