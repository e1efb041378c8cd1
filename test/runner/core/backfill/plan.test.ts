import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  BackfillRangeError,
  decideInstant,
  decisionText,
  type ExistingRun,
  planBackfill,
  type Reprocess,
} from '../../../../runner/core/backfill/plan.ts';
import { applyRefusals } from '../../../../runner/core/backfill/refusal.ts';
import { calendarsOf } from '../../../../runner/core/calendar/file/resolve.ts';
import type { Dag } from '../../../../runner/core/dag/dag.ts';
import { parseDag } from '../../../../runner/core/dag_file/parse.ts';
import type { RunState } from '../../../../runner/core/run/states.ts';

const date = (text: string) => Temporal.PlainDate.from(text);
const at = (text: string) => Temporal.Instant.from(text);

const CALENDARS = calendarsOf([
  {
    name: 'shop',
    file: 'calendars/shop.yaml',
    source: 'closed: [{name: Thanksgiving, weekday: THU, nth: 4, month: NOV}, {name: Sunday, weekday: SUN}]',
  },
]);

function dagOf(schedule: string, extra: readonly string[] = []): Dag {
  const lines = ['dag_id: nightly', 'timezone: America/New_York', `schedule: ${schedule}`, ...extra];
  const text = [...lines, 'tasks: [{task_id: only, type: step}]', ''].join('\n');
  const { dag, problems } = parseDag(text, 'nightly.yaml', CALENDARS);
  return dag ?? assert.fail(JSON.stringify(problems));
}

interface Asked {
  readonly from: string;
  readonly to: string;
  readonly reprocess?: Reprocess;
  readonly order?: 'oldest_first' | 'newest_first';
  readonly runs?: readonly ExistingRun[];
  readonly now?: string;
}

/** `2026-03-08 07:30Z create` for each date. */
function planned(dag: Dag, asked: Asked): readonly string[] {
  const { from, to, reprocess = 'none', order = 'oldest_first', runs = [] } = asked;
  const known = { runs, now: at(asked.now ?? '2027-01-01T00:00Z') };
  return planBackfill(dag, { from: date(from), to: date(to), reprocess, order }, known).map(
    ({ businessDate, scheduledFor, ...decided }) =>
      `${businessDate} ${scheduledFor?.toString().slice(11, 16) ?? '-'} ${decisionText(decided)}`,
  );
}

const run = (runId: number, scheduledFor: string, state: RunState): ExistingRun => ({
  runId,
  scheduledFor: at(scheduledFor),
  state,
  mode: 'apply',
});

test('a night in the gap of the spring change moves by the gap, and every date keeps its one instant', () => {
  // New York, 2026-03-08: 02:30 does not exist and is 03:30 EDT = 07:30Z; EST is UTC-5, EDT is UTC-4.
  assert.deepEqual(planned(dagOf('"30 2 * * *"'), { from: '2026-03-07', to: '2026-03-09' }), [
    '2026-03-07 07:30 create',
    '2026-03-08 07:30 create',
    '2026-03-09 06:30 create',
  ]);
});

test('a night that comes twice in autumn is worked once, at the first', () => {
  // 2026-11-01: 01:30 EDT = 05:30Z, and again 01:30 EST = 06:30Z.
  assert.deepEqual(planned(dagOf('"30 1 * * *"'), { from: '2026-10-31', to: '2026-11-02' }), [
    '2026-10-31 05:30 create',
    '2026-11-01 05:30 create',
    '2026-11-02 06:30 create',
  ]);
});

test('an hourly DAG has 23 instants on the short day and 25 on the long one', () => {
  const hourly = dagOf('"0 * * * *"');
  assert.equal(planned(hourly, { from: '2026-03-08', to: '2026-03-08' }).length, 23);
  assert.equal(planned(hourly, { from: '2026-11-01', to: '2026-11-01' }).length, 25);
});

test('the newest date first is the same plan backwards', () => {
  const asked = { from: '2026-01-30', to: '2026-02-01' };
  assert.deepEqual(planned(dagOf('"0 1 * * *"'), { ...asked, order: 'newest_first' }), [
    '2026-02-01 06:00 create',
    '2026-01-31 06:00 create',
    '2026-01-30 06:00 create',
  ]);
});

test('a date without an instant says why, and an instant that has not come is in the future', () => {
  // 2026-06-01 is a Monday.
  const mondays = dagOf('"0 1 * * MON"', ['start_date: 2026-06-08', 'end_date: 2026-06-22']);
  assert.deepEqual(planned(mondays, { from: '2026-06-07', to: '2026-06-09', now: '2026-06-08T04:59:59Z' }), [
    '2026-06-07 - skip (before start_date 2026-06-08)',
    '2026-06-08 05:00 skip (in the future)',
    '2026-06-09 - skip (not in the schedule)',
  ]);
  assert.deepEqual(planned(mondays, { from: '2026-06-22', to: '2026-06-23' }), [
    '2026-06-22 05:00 create',
    '2026-06-23 - skip (after end_date 2026-06-22)',
  ]);
});

test('an instant that is due this very moment is worked', () => {
  const asked = { from: '2026-06-08', to: '2026-06-08', now: '2026-06-08T05:00:00Z' };
  assert.deepEqual(planned(dagOf('"0 1 * * *"'), asked), ['2026-06-08 05:00 create']);
});

for (const [reprocess, expected] of [
  ['none', ['skip (succeeded)', 'skip (failed)', 'skip (cancelled)', 'skip (running)', 'skip (queued)']],
  [
    'failed',
    ['skip (succeeded)', 're-run (failed)', 're-run (cancelled)', 'skip (running)', 'skip (queued)'],
  ],
  [
    'completed',
    ['re-run (succeeded)', 're-run (failed)', 're-run (cancelled)', 'skip (running)', 'skip (queued)'],
  ],
] as const) {
  test(`--reprocess ${reprocess} decides by how the run that is there stands`, () => {
    const states: readonly RunState[] = ['success', 'failed', 'cancelled', 'running', 'queued'];
    const found = states.map((state) =>
      decisionText(decideInstant([run(1, '2026-06-08T05:00Z', state)], reprocess)),
    );
    assert.deepEqual(found, expected);
  });
}

test('of several runs of an instant the unended one counts, then one that succeeded, then the newest', () => {
  const instant = '2026-06-08T05:00Z';
  const decided = (...states: readonly RunState[]) =>
    decideInstant(
      states.map((state, index) => run(index + 1, instant, state)),
      'failed',
    );
  assert.deepEqual(decided('failed', 'success').decision, 'skip');
  assert.deepEqual(decided('success', 'running').reason, 'running');
  const again = decided('failed', 'failed', 'cancelled');
  assert.deepEqual([again.decision, again.reason, again.runId], ['rerun', 'cancelled', 3]);
});

test('runs of other instants do not count', () => {
  const runs = [run(1, '2026-06-08T05:00:00.001Z', 'success')];
  assert.deepEqual(planned(dagOf('"0 1 * * *"'), { from: '2026-06-08', to: '2026-06-08', runs }), [
    '2026-06-08 05:00 create',
  ]);
});

test('a range that cannot be worked is refused with what to do', () => {
  const nightly = dagOf('"0 1 * * *"');
  const refused = (dag: Dag, from: string, to: string, says: RegExp) =>
    assert.throws(
      () => planned(dag, { from, to }),
      (error) => error instanceof BackfillRangeError && says.test(error.message),
    );
  refused(
    nightly,
    '2026-02-01',
    '2026-01-31',
    /the first date 2026-02-01 lies after the last date 2026-01-31/,
  );
  assert.throws(
    () => planned(dagOf('null'), { from: '2026-01-01', to: '2026-01-02' }),
    (error) => {
      assert.ok(error instanceof BackfillRangeError);
      assert.match(error.message, /nightly has no schedule/);
      assert.deepEqual(error.remedy, {
        action: 'trigger_date',
        dagId: 'nightly',
        date: Temporal.PlainDate.from('2026-01-01'),
      });
      return true;
    },
  );
  // 2024-01-01 to 2026-09-26 has 1000 dates: 366 + 365 + 269.
  assert.equal(planned(nightly, { from: '2024-01-01', to: '2026-09-26' }).length, 1000);
  refused(nightly, '2024-01-01', '2026-09-27', /at most 1000 instants, and .* has 1001 dates/);
  refused(dagOf('"*/5 * * * *"'), '2026-06-01', '2026-06-04', /is due more often than that/);
});

test('a refusal replaces what would be worked, and an answer that never came leaves it and says so', () => {
  const dates = planBackfill(
    dagOf('"0 1 * * *"'),
    { from: date('2026-06-08'), to: date('2026-06-10'), reprocess: 'none', order: 'oldest_first' },
    { runs: [run(7, '2026-06-10T05:00Z', 'success')], now: at('2027-01-01T00:00Z') },
  );
  const because = 'newer snapshot applied';
  const refusals = ['2026-06-08T05:00Z', '2026-06-10T05:00Z'].map((text) => ({
    scheduledFor: at(text),
    kind: 'refused' as const,
    because,
    detail: 'both snapshots',
  }));
  const unknown = { because: 'not checked', detail: 'oms: unreachable', kind: 'unknown' as const };
  const found = applyRefusals(dates, [...refusals, { ...unknown, scheduledFor: at('2026-06-09T05:00Z') }]);
  assert.deepEqual(
    found.map((one) => [decisionText(one), one.detail]),
    [
      ['refused (newer snapshot applied)', 'both snapshots'],
      ['create', 'not checked: oms: unreachable'],
      ['skip (succeeded)', null],
    ],
  );
});

test('a date that the calendar closes is left out by its name, also where its run is moved', () => {
  const range = { from: '2026-11-25', to: '2026-11-27' };
  // 01:00 EST is 06:00Z.
  assert.deepEqual(planned(dagOf('"0 1 * * *"', ['calendar: shop']), range), [
    '2026-11-25 06:00 create',
    '2026-11-26 - skip (closed: Thanksgiving)',
    '2026-11-27 06:00 create',
  ]);
  const moved = dagOf('"0 1 * * THU,SUN"', ['calendar: shop', 'on_closed: next']);
  assert.deepEqual(planned(moved, { from: '2026-11-26', to: '2026-11-30' }), [
    '2026-11-26 - skip (closed: Thanksgiving; its run is moved to 2026-11-27)',
    '2026-11-27 06:00 create',
    '2026-11-28 - skip (not in the schedule)',
    '2026-11-29 - skip (closed: Sunday; its run is moved to 2026-11-30)',
    '2026-11-30 06:00 create',
  ]);
  const asUsual = dagOf('"0 1 * * *"', ['calendar: shop', 'on_closed: run']);
  assert.deepEqual(planned(asUsual, { from: '2026-11-26', to: '2026-11-26' }), ['2026-11-26 06:00 create']);
});
