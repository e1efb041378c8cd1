import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TRIGGER_RULES, type TriggerRule } from '../../../../runner/core/dag/dag.ts';
import {
  decide,
  type TriggerDecision,
  type UpstreamCounts,
} from '../../../../runner/core/run/trigger_rule.ts';

const NONE: UpstreamCounts = {
  total: 0,
  success: 0,
  failed: 0,
  upstream_failed: 0,
  skipped: 0,
  cancelled: 0,
  unfinished: 0,
};

const STATE = {
  S: 'success',
  F: 'failed',
  U: 'upstream_failed',
  K: 'skipped',
  C: 'cancelled',
  W: 'unfinished',
} as const satisfies Record<string, keyof UpstreamCounts>;

type Letter = keyof typeof STATE;

function counts(letters: readonly Letter[]): UpstreamCounts {
  const counts = { ...NONE, total: letters.length };
  for (const letter of letters) counts[STATE[letter]] += 1;
  return counts;
}

function lettersOf(text: string): Letter[] {
  return [...text].filter((letter): letter is Letter => letter in STATE);
}

const DECISION: Readonly<Record<string, TriggerDecision>> = {
  r: 'run',
  w: 'wait',
  s: 'skip',
  u: 'upstream_failed',
};

const COLUMNS = [
  'all_success',
  'all_done',
  'all_failed',
  'one_success',
  'one_failed',
  'one_done',
  'none_failed',
  'none_failed_min_one_success',
  'none_skipped',
  'all_skipped',
  'always',
] as const satisfies readonly TriggerRule[];

/** Every pair of upstreams: S succeeded, F failed, U upstream_failed, K skipped, C cancelled, W not finished. */
const PAIRS: Readonly<Record<string, string>> = {
  SS: 'r r s r s r r r r s r',
  SF: 'u r s r r r u u r s r',
  SU: 'u r s r r r u u r s r',
  SK: 's r s r s r r r s s r',
  SC: 'u r s r r r u u r s r',
  SW: 'w w s r w r w w w s r',
  FF: 'u r r u r r u u r s r',
  FU: 'u r r u r r u u r s r',
  FK: 'u r s u r r u u s s r',
  FC: 'u r r u r r u u r s r',
  FW: 'u w w w r r u u w s r',
  UU: 'u r r u r s u u r s r',
  UK: 'u r s u r s u u s s r',
  UC: 'u r r u r r u u r s r',
  UW: 'u w w w r w u u w s r',
  KK: 's r s s s s r s s r r',
  KC: 'u r s u r r u u s s r',
  KW: 's w s w w w w w s w r',
  CC: 'u r r u r r u u r s r',
  CW: 'u w w w r r u u w s r',
  WW: 'w w w w w w w w w w r',
};

test('the table covers every pair of upstream states and every rule', () => {
  assert.equal(Object.keys(PAIRS).length, (6 * 7) / 2);
  assert.deepEqual([...COLUMNS].sort(), [...TRIGGER_RULES].sort());
});

for (const [pair, row] of Object.entries(PAIRS)) {
  test(`upstreams ${pair} give what Airflow gives under each rule`, () => {
    const expected = row.split(' ').map((letter) => DECISION[letter]);
    assert.deepEqual(
      COLUMNS.map((rule) => decide(rule, counts(lettersOf(pair)))),
      expected,
    );
  });
}

test('three upstreams of different states decide as each rule says', () => {
  assert.equal(decide('none_failed_min_one_success', counts(['S', 'K', 'K'])), 'run');
  assert.equal(decide('none_failed_min_one_success', counts(['S', 'K', 'W'])), 'wait');
  assert.equal(decide('one_success', counts(['K', 'K', 'F'])), 'upstream_failed');
  assert.equal(decide('one_success', counts(['F', 'K', 'S'])), 'run');
  assert.equal(decide('all_success', counts(['K', 'F', 'W'])), 'upstream_failed');
  assert.equal(decide('all_failed', counts(['F', 'U', 'C'])), 'run');
  assert.equal(decide('one_done', counts(['U', 'K', 'W'])), 'wait');
});

test('a task without upstreams runs under every rule', () => {
  for (const rule of TRIGGER_RULES) assert.equal(decide(rule, NONE), 'run', rule);
});

test('once all upstreams are done no rule waits for ever', () => {
  const done = fc.array(fc.constantFrom<Letter>('S', 'F', 'U', 'K', 'C'), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(done, fc.constantFrom(...TRIGGER_RULES), (letters, rule) => {
      assert.notEqual(decide(rule, counts(letters)), 'wait');
    }),
  );
});
