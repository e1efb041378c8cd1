import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  BACKFILL_INSTANTS_AT_MOST,
  decideInstant,
  decisionText,
  REPROCESS_MODES,
} from '../../runner/core/backfill/plan.ts';
import { RUN_STATES } from '../../runner/core/run/states.ts';
import { page } from './pages.ts';

const backfill = page('backfill.md');

test('the table of what becomes of a run that is there is what is decided', () => {
  const scheduledFor = Temporal.Instant.from('2026-06-03T05:00Z');
  const rows = backfill.text
    .split('\n')
    .filter((line) => / \| (skip|re-run) \(/.test(line) && line.startsWith('| `'));
  const byState = new Map(rows.map((line) => [/`(\w+)`/.exec(line)?.[1], line]));
  assert.deepEqual([...byState.keys()].toSorted(), RUN_STATES.toSorted());
  for (const state of RUN_STATES) {
    const decided = REPROCESS_MODES.map((mode) =>
      decisionText(decideInstant([{ runId: 1, scheduledFor, state, mode: 'apply' }], mode)),
    );
    assert.equal(byState.get(state), `| \`${state}\` | ${decided.join(' | ')} |`);
  }
});

test('the bound that is named is the bound', () => {
  assert.ok(backfill.text.includes(`at most ${BACKFILL_INSTANTS_AT_MOST} instants`));
});
