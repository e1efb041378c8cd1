import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BackfillLiveText } from '../../../../runner/commands/backfill/report/live_text.ts';
import type { RunState } from '../../../../runner/core/run/states.ts';
import type { BackfillDate } from '../../../../runner/store/backfill/report.ts';
import type { BackfillReport } from '../../../../runner/view/backfill/report.ts';

const NOON = Temporal.Instant.from('2026-02-01T12:00:00Z');

/** The nth of three dates from 5 January on, each worked for ten minutes, one after the other from noon on. */
function dateOf(position: number, runState: RunState, errorText: string | null = null): BackfillDate {
  const begunAt = NOON.add({ minutes: 10 * position });
  return {
    position,
    businessDate: Temporal.PlainDate.from('2026-01-05').add({ days: position }),
    scheduledFor: null,
    decision: 'create',
    reason: null,
    detail: null,
    stage: 'begun',
    runId: 10 + position,
    runState,
    begunAt,
    finishedAt: runState === 'running' ? null : begunAt.add({ minutes: 10 }),
    failedTaskId: null,
    errorText,
    remedy: null,
  };
}

function reportAt(minutes: number, dates: readonly BackfillDate[]): BackfillReport {
  return {
    backfill: {
      backfillId: 3,
      dagId: 'nightly',
      dagVersionId: 1,
      from: Temporal.PlainDate.from('2026-01-05'),
      to: Temporal.PlainDate.from('2026-01-07'),
      reprocess: 'none',
      order: 'oldest_first',
      maxActiveRuns: 1,
      timeEdges: 'collapse',
      yieldsTo: null,
      params: {},
      actor: 'ops',
      channel: 'cli',
      reason: null,
      state: 'running',
      createdAt: NOON,
      finishedAt: null,
    },
    dates,
    timezone: 'UTC',
    now: NOON.add({ minutes }),
  };
}

const waiting: BackfillDate = {
  ...dateOf(2, 'running'),
  stage: 'waiting',
  runId: null,
  runState: null,
  begunAt: null,
};
const early = reportAt(15, [dateOf(0, 'success'), dateOf(1, 'running'), waiting]);
const late = reportAt(25, [dateOf(0, 'success'), dateOf(1, 'failed', 'no\nrows'), dateOf(2, 'running')]);

test('the bar of a backfill counts its dates, and the rest takes as long as those that ended did', () => {
  const lines = new BackfillLiveText().footer(late).map(({ text }) => text);
  assert.deepEqual(lines, [
    'backfill 3 [################--------] 2 of 3 dates, 1 failed, 10m 00s left',
    '  2026-01-07  run 12  running  5m 00s',
  ]);
});

test('a date that ends gets one line, and those that had ended before are counted', () => {
  const text = new BackfillLiveText();
  assert.deepEqual(text.changes(early), ['1 of 3 dates had ended before']);
  assert.deepEqual(text.changes(early), []);
  assert.deepEqual(text.changes(late), [
    '2026-02-01 12:25:00 UTC  2026-01-06 failed (2 of 3), run 11, 10m 00s: no rows',
  ]);
  assert.deepEqual(text.changes(late), []);
});
