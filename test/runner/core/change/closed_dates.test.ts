import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sentencesOf } from '../../../../runner/view/plan/sections.ts';
import { changeAt, nightly, ranAt } from './support.ts';

/** Noon in New York on 25 November 2026, a Wednesday; that night's run, 01:30 EST, is over. */
const NOON = '2026-11-25T17:00:00Z';
const RAN = { ran: [ranAt('2026-11-25T06:30:00Z', '2026-11-25')] };
const TASKS = '[{task_id: a, type: x}]';
const SHOP =
  '[{name: Thanksgiving, weekday: THU, nth: 4, month: NOV}, {name: Christmas Day, month: DEC, day: 25}]';
const told = ({ dates }: ReturnType<typeof changeAt>) =>
  dates.closed.map(({ date, name, movedTo }) => `${date} ${name}${movedTo === null ? '' : ` -> ${movedTo}`}`);

test('a date that an edit closes is told by its name, and is not lost', () => {
  const change = changeAt(
    NOON,
    { before: nightly(), after: nightly({ calendar: 'shop' }, TASKS, SHOP) },
    RAN,
  );
  // The coming year ends on 25 November 2027, which is the next Thanksgiving.
  assert.deepEqual(told(change), [
    '2026-11-26 Thanksgiving',
    '2026-12-25 Christmas Day',
    '2027-11-25 Thanksgiving',
  ]);
  assert.deepEqual([change.kind, change.isSafe, change.dates.lost], ['changed', true, []]);
});

test('an edited calendar is a change of the DAG, rule by rule; a date that it opens is gained', () => {
  const before = nightly({ calendar: 'shop' }, TASKS, SHOP);
  const after = nightly(
    { calendar: 'shop' },
    TASKS,
    '[{name: Thanksgiving, weekday: THU, nth: 4, month: NOV}, {name: Storm, date: 2026-12-01}]',
  );
  const change = changeAt(NOON, { before, after }, RAN);
  assert.deepEqual(
    change.keys.dag.map(({ key, before: was, after: is }) => [key, was, is]),
    [
      ['calendar.shop.closed.Christmas Day', 'on December 25', null],
      ['calendar.shop.closed.Storm', null, 'on 2026-12-01'],
    ],
  );
  assert.deepEqual(told(change), ['2026-12-01 Storm']);
  assert.deepEqual(change.dates.gained.map(String), ['2026-12-25']);
  assert.equal(changeAt(NOON, { before, after: before }, RAN).kind, 'unchanged');
});

test('a closed date whose run would be moved to an hour that is over is lost, and the plan says so', () => {
  const weekly = (keys: Readonly<Record<string, string>> = {}) =>
    nightly({ schedule: '"30 1 * * THU"', ...keys }, TASKS, SHOP);
  const moved = (onClosed: string) =>
    changeAt(NOON, { before: weekly(), after: weekly({ calendar: 'shop', on_closed: onClosed }) });
  const previous = moved('previous');
  assert.deepEqual(previous.dates.lost.map(String), ['2026-11-26']);
  assert.equal(previous.isSafe, false);
  const next = moved('next');
  assert.deepEqual(next.dates.lost, []);
  assert.deepEqual(told(next), [
    '2026-11-26 Thanksgiving -> 2026-11-27',
    '2027-11-25 Thanksgiving -> 2027-11-26',
  ]);
  assert.deepEqual(next.dates.gained.map(String), ['2026-11-27']);
});

test('a night of changed clocks that is closed is told as closed', () => {
  const after = nightly({ calendar: 'shop' }, TASKS, '[{name: Sunday, weekday: SUN}]');
  const { clockChanges } = changeAt(NOON, { before: nightly(), after }, RAN);
  assert.deepEqual(
    clockChanges.map(({ change, after: night }) => [
      change.date.toString(),
      ...sentencesOf(night, 'America/New_York'),
    ]),
    [
      ['2027-03-14', 'closed: Sunday'],
      ['2027-11-07', 'closed: Sunday'],
    ],
  );
});
