import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AwaitedRun,
  awaitedDate,
  awaitedInstant,
  edgeState,
} from '../../../../runner/core/other_dags/awaited_run.ts';
import { planFollowing, type SucceededRun } from '../../../../runner/core/other_dags/following.ts';
import { scheduleOf } from '../../../../runner/core/time/schedule.ts';

const at = (text: string) => Temporal.Instant.from(text);
const date = (text: string) => Temporal.PlainDate.from(text);
const scheduleBy = (schedule: readonly string[], startDate: string | null = null) =>
  scheduleOf({
    schedule,
    timezone: 'UTC',
    calendar: null,
    onClosed: 'skip',
    startDate: startDate === null ? null : date(startDate),
    endDate: null,
  });

const NIGHTLY = scheduleBy(['0 1 * * *']);
const WEEKDAYS = scheduleBy(['0 1 * * MON-FRI']);

test('the previous date is that of the schedule, of the record where that differs, and none before start_date', () => {
  const settled = at('2026-03-10T00:00Z');
  const previous = (schedule: typeof NIGHTLY, day: string, recorded: string | null, cursor = settled) =>
    String(
      awaitedDate('previous', date(day), { schedule, cursor }, recorded === null ? null : date(recorded)),
    );
  // The 9th of March 2026 is a Monday.
  assert.equal(previous(WEEKDAYS, '2026-03-09', '2026-03-06'), '2026-03-06');
  assert.equal(
    previous(WEEKDAYS, '2026-03-09', null),
    '2026-03-06',
    'a backfill of dates without any record',
  );
  assert.equal(previous(NIGHTLY, '2026-03-09', '2026-03-06'), '2026-03-06', 'it ran on weekdays until now');
  assert.equal(
    previous(NIGHTLY, '2026-03-09', '2026-03-06', at('2026-03-07T12:00Z')),
    '2026-03-08',
    'the night of Sunday is still to come',
  );
  assert.equal(previous(scheduleBy([]), '2026-03-09', '2026-03-02'), '2026-03-02', 'a DAG that runs by hand');
  assert.equal(previous(scheduleBy(['0 1 * * *'], '2026-03-09'), '2026-03-09', null), 'null');
  assert.equal(previous(scheduleBy(['0 1 1 1 *']), '2026-03-09', null), '2026-01-01');
});

test('a date with several runs has succeeded when its last one has', () => {
  const schedule = scheduleBy(['0 1,13 * * *']);
  const [one, thirteen] = [at('2026-03-10T01:00Z'), at('2026-03-10T13:00Z')];
  const instant = (recorded: readonly Temporal.Instant[], cursor: Temporal.Instant) =>
    awaitedInstant(date('2026-03-10'), { schedule, cursor }, recorded)?.toString();
  assert.equal(instant([one], at('2026-03-10T02:00Z')), thirteen.toString());
  assert.equal(instant([one, thirteen], at('2026-03-10T14:00Z')), thirteen.toString());
  assert.equal(
    instant([one], at('2026-03-10T14:00Z')),
    one.toString(),
    'no other was due by the schedule of then',
  );
  assert.equal(awaitedInstant(date('2026-03-08'), { schedule: WEEKDAYS, cursor: one }, []), null);

  const now = at('2026-03-10T02:00Z');
  const run = (scheduledFor: Temporal.Instant, state: AwaitedRun['state'], runId: number): AwaitedRun => ({
    runId,
    scheduledFor,
    state,
    taskStates: [],
  });
  const whole = { taskId: null };
  assert.deepEqual(edgeState(whole, thirteen, [run(one, 'success', 1)], now), {
    kind: 'not_due',
    at: thirteen,
  });
  assert.deepEqual(edgeState(whole, one, [run(one, 'failed', 1), run(one, 'success', 2)], now), {
    kind: 'met',
    runId: 2,
  });
  assert.deepEqual(edgeState(whole, one, [], now), { kind: 'no_run', isScheduled: true });
  assert.deepEqual(edgeState(whole, null, [run(thirteen, 'running', 3)], now), {
    kind: 'unfinished',
    runId: 3,
    state: 'running',
  });
});

test('of a mapped task every instance must have succeeded', () => {
  const instant = at('2026-03-10T01:00Z');
  const found = (taskStates: AwaitedRun['taskStates']) =>
    edgeState(
      { taskId: 'load' },
      instant,
      [{ runId: 1, scheduledFor: instant, state: 'running', taskStates }],
      instant,
    );
  assert.deepEqual(found(['success']), { kind: 'met', runId: 1 });
  assert.deepEqual(found(['success', 'queued']), { kind: 'unfinished', runId: 1, state: 'queued' });
  assert.deepEqual(found(['success', 'skipped']), { kind: 'unsuccessful', runId: 1, state: 'skipped' });
  assert.deepEqual(found([]), { kind: 'no_task', runId: 1 });
});

test('successes that nobody followed in time are sorted by catchup, and those outside the dates get no run', () => {
  const now = at('2026-03-10T12:00Z');
  const success = (day: string, finishedAt: string): SucceededRun => ({
    scheduledFor: at(`${day}T01:00Z`),
    businessDate: date(day),
    finishedAt: at(finishedAt),
    runType: 'scheduled',
    timeEdges: 'keep',
  });
  const old = success('2026-03-07', '2026-03-07T02:00Z');
  const late = success('2026-03-09', '2026-03-10T02:00Z');
  const fresh = success('2026-03-10', '2026-03-10T11:58Z');
  const planned = (
    catchup: 'none' | 'latest' | 'all',
    succeeded: readonly SucceededRun[],
    startDate: string | null = null,
  ) => {
    const plan = planFollowing(
      {
        catchup,
        catchupWindowMs: 86_400_000,
        startDate: startDate === null ? null : date(startDate),
        endDate: null,
      },
      succeeded,
      now,
    );
    return [plan.runs, plan.missed].map((runs) => runs.map(({ businessDate }) => businessDate.day));
  };
  assert.deepEqual(planned('latest', [old, late, fresh]), [[10], [7, 9]]);
  assert.deepEqual(planned('latest', [old, late]), [[9], [7]]);
  assert.deepEqual(planned('none', [late, fresh]), [[10], [9]]);
  assert.deepEqual(planned('all', [old, late, fresh]), [[9, 10], [7]]);
  assert.deepEqual(planned('all', [late, fresh], '2026-03-10'), [[10], []]);
});
