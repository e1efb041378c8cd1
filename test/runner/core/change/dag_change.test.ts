import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeAt, instant, nightly, ranAt, texts } from './support.ts';

/** Noon in New York on 25 November 2026; that night's run, 01:30 EST, is over. */
const NOON = '2026-11-25T17:00:00Z';
const THAT_NIGHT = ranAt('2026-11-25T06:30:00Z', '2026-11-25');

test('a reset moved from 01:30 to 02:30 in New York is an hour later on every date, and 03:30 EDT on the spring night', () => {
  const change = changeAt(
    NOON,
    { before: nightly(), after: nightly({ schedule: '"30 2 * * *"' }) },
    { ran: [THAT_NIGHT] },
  );
  assert.equal(change.kind, 'changed');
  assert.deepEqual(
    [texts(change.next.before), texts(change.next.after)],
    [
      ['2026-11-26T06:30:00Z', '2026-11-27T06:30:00Z'],
      ['2026-11-26T07:30:00Z', '2026-11-27T07:30:00Z'],
    ],
  );
  assert.deepEqual([change.dates.lost, change.dates.doubled, change.dates.gained], [[], [], []]);
  // 26 November 2026 to 25 November 2027. On 7 November 2027 01:30 is the first of two, 05:30Z, and 02:30 is 07:30Z.
  const moved = change.dates.moved.map(({ shiftMs, dates }) => [shiftMs / 3_600_000, dates.length]);
  assert.deepEqual(moved, [
    [1, 364],
    [2, 1],
  ]);
  assert.equal(change.isSafe, true);
  const nights = change.clockChanges.map(({ change: { date, direction }, before, after }) => ({
    night: `${date} ${direction}`,
    before: before?.due.map(({ wall, occurrence, at }) => `${wall.toPlainTime()} ${occurrence} ${at}`),
    after: after?.due.map(({ wall, occurrence, at }) => `${wall.toPlainTime()} ${occurrence} ${at}`),
  }));
  assert.deepEqual(nights, [
    {
      night: '2027-03-14 forward',
      before: ['01:30:00 once 2027-03-14T06:30:00Z'],
      after: ['02:30:00 never 2027-03-14T07:30:00Z'],
    },
    {
      night: '2027-11-07 back',
      before: ['01:30:00 twice 2027-11-07T05:30:00Z'],
      after: ['02:30:00 once 2027-11-07T07:30:00Z'],
    },
  ]);
});

test('in London the spring night moves 01:30 to 02:30 BST, and the autumn night has 01:30 twice', () => {
  const london = { timezone: 'Europe/London' };
  const change = changeAt('2026-06-15T12:00:00Z', {
    before: nightly({ ...london, schedule: '"0 3 * * *"' }),
    after: nightly({ ...london, schedule: '"30 1 * * *"' }),
  });
  const nights = change.clockChanges.map(({ change: { at }, after }) => [
    at.toString(),
    ...(after?.due ?? []).map(({ occurrence, at: due }) => `${occurrence} ${due}`),
  ]);
  assert.deepEqual(nights, [
    ['2026-10-25T01:00:00Z', 'twice 2026-10-25T00:30:00Z'],
    ['2027-03-28T01:00:00Z', 'never 2027-03-28T01:30:00Z'],
  ]);
});

test('an edge in the gap moves with it, and the report says that an hour less is left before a deadline', () => {
  const tasks = '[{task_id: a, type: x, not_before: "02:15", deadline: "05:00"}]';
  const { clockChanges: nights } = changeAt(NOON, {
    before: nightly(),
    after: nightly({ description: 'new' }, tasks),
  });
  const [spring, autumn] = nights.map(({ after }) =>
    after?.edges.map(({ key, occurrence, at, afterDueMs, usuallyAfterDueMs }) =>
      [key, occurrence, at, afterDueMs / 60_000, usuallyAfterDueMs / 60_000].join(' '),
    ),
  );
  // Due 01:30 EST, 06:30Z. 02:15 does not exist: 03:15 EDT, 07:15Z. 05:00 EDT is 09:00Z.
  assert.deepEqual(spring, [
    'not_before never 2027-03-14T07:15:00Z 45 45',
    'deadline once 2027-03-14T09:00:00Z 150 210',
  ]);
  // Due at the first 01:30, 05:30Z. 02:15 EST is 07:15Z, 05:00 EST is 10:00Z.
  assert.deepEqual(autumn, [
    'not_before once 2027-11-07T07:15:00Z 105 45',
    'deadline once 2027-11-07T10:00:00Z 270 210',
  ]);
});

test('an edge on the day after the business date is reported for the night on which it lies', () => {
  const tasks = '[{task_id: a, type: x, not_before: "02:30+1d"}]';
  const late = { schedule: '"0 22 * * *"' };
  const { clockChanges: nights } = changeAt(NOON, { before: nightly(late), after: nightly(late, tasks) });
  // Due 22:00 EST on the 13th, 03:00Z; 02:30 on the 14th does not exist, 03:30 EDT is 07:30Z: 4 h 30 as on any date.
  const [edge] = nights[0]?.after?.edges ?? [];
  assert.deepEqual(
    [edge?.occurrence, String(edge?.at), edge?.afterDueMs, edge?.usuallyAfterDueMs],
    ['never', '2027-03-14T07:30:00Z', 16_200_000, 16_200_000],
  );
});

test('an hour field with a star is reported by the number of runs of the night', () => {
  const { clockChanges: nights, isSafe } = changeAt(NOON, {
    before: nightly({ schedule: '"0 * * * *"' }),
    after: nightly({ schedule: '"*/30 * * * *"' }),
  });
  assert.deepEqual(
    nights.map(({ before, after }) => [before?.everyHour, after?.everyHour]),
    [
      [
        { count: 23, usualCount: 24 },
        { count: 46, usualCount: 48 },
      ],
      [
        { count: 25, usualCount: 24 },
        { count: 50, usualCount: 48 },
      ],
    ],
  );
  assert.equal(isSafe, true, 'more runs on a date that had many is no doubled date');
});

test("a time that is already past today loses today's date, until that night's run is over", () => {
  // 01:00 EST on the 26th: 01:30 is to come, 00:30 is past.
  const change = changeAt('2026-11-26T06:00:00Z', {
    before: nightly(),
    after: nightly({ schedule: '"30 0 * * *"' }),
  });
  assert.deepEqual([texts(change.dates.lost), change.dates.doubled], [['2026-11-26'], []]);
  assert.equal(change.isSafe, false);
  assert.equal(String(change.safeFrom), '2026-11-26T06:30:00Z');
});

test('a time that is still to come today doubles a date that has had its run, until the new time is past too', () => {
  const change = changeAt(
    NOON,
    { before: nightly(), after: nightly({ schedule: '"0 14 * * *"' }) },
    { ran: [THAT_NIGHT] },
  );
  assert.deepEqual([change.dates.lost, texts(change.dates.doubled)], [[], ['2026-11-25']]);
  // After 14:00 EST on the 25th the next is the 26th at 14:00, and the 26th has not run by then.
  assert.equal(String(change.safeFrom), '2026-11-25T19:00:00Z');
});

test('the run that the version in force still owes counts, and one that was made by then is not owed again', () => {
  const versions = { before: nightly(), after: nightly({ schedule: '"0 2 * * *"' }) };
  const at = '2026-11-25T06:31:00Z';
  const cursor = instant('2026-11-24T12:00:00Z');
  const owed = changeAt(at, versions, { cursor });
  assert.deepEqual(
    owed.dates.owed.map(({ scheduledFor, runType }) => `${scheduledFor} ${runType}`),
    ['2026-11-25T06:30:00Z scheduled'],
  );
  assert.deepEqual(texts(owed.dates.doubled), ['2026-11-25']);
  const made = changeAt(at, versions, { cursor, ran: [THAT_NIGHT] });
  assert.deepEqual([made.dates.owed, texts(made.dates.doubled)], [[], ['2026-11-25']]);
  assert.deepEqual(changeAt(at, versions, { cursor, isPaused: true }).dates.doubled, []);
});

test('a change that is to come into force later takes what is due until then to have run', () => {
  const change = changeAt(
    NOON,
    { before: nightly(), after: nightly({ schedule: '"0 14 * * *"' }) },
    { ran: [THAT_NIGHT], changeAt: instant('2026-11-26T17:00:00Z') },
  );
  assert.deepEqual(texts(change.dates.doubled), ['2026-11-26']);
});

test('fewer days of the week, an end date, no schedule and no file lose dates; no moment is right for that', () => {
  const before = nightly();
  // 26 November 2026 is a Thursday; of the 365 dates up to 25 November 2027 104 lie on weekends.
  const weekdays = changeAt(
    NOON,
    { before, after: nightly({ schedule: '"30 1 * * MON-FRI"' }) },
    { ran: [THAT_NIGHT] },
  );
  assert.equal(weekdays.dates.lost.length, 104);
  assert.deepEqual(texts(weekdays.dates.lost.slice(0, 3)), ['2026-11-28', '2026-11-29', '2026-12-05']);
  assert.equal(weekdays.safeFrom, null);
  const ending = changeAt(
    NOON,
    { before, after: nightly({ end_date: '2027-11-23' }) },
    { ran: [THAT_NIGHT] },
  );
  assert.deepEqual(texts(ending.dates.lost), ['2027-11-24', '2027-11-25']);
  for (const after of [nightly({ schedule: 'null' }), null]) {
    const gone = changeAt(NOON, { before, after }, { ran: [THAT_NIGHT] });
    assert.equal(gone.dates.lost.length, 365);
    assert.equal(gone.kind, after === null ? 'removed' : 'changed');
  }
});

test('a second time of day doubles every date that had one run', () => {
  const change = changeAt(
    NOON,
    { before: nightly(), after: nightly({ schedule: '["30 1 * * *", "30 4 * * *"]' }) },
    { ran: [THAT_NIGHT] },
  );
  assert.equal(change.dates.doubled.length, 365);
  assert.equal(String(change.dates.doubled[0]), '2026-11-26');
});

test('another zone is another instant on the same dates', () => {
  // 01:30 GMT on the 26th is 20:30 EST on the 25th: five hours before 01:30 EST.
  const change = changeAt(
    NOON,
    { before: nightly(), after: nightly({ timezone: 'Europe/London' }) },
    { ran: [THAT_NIGHT] },
  );
  assert.deepEqual([change.dates.lost, change.dates.doubled], [[], []]);
  const usual = change.dates.moved.find(({ dates }) => dates.length > 300);
  assert.equal(usual?.shiftMs, -5 * 3_600_000);
});

test('a new DAG is safe, gains its dates, and catches up from its start date as its policy says', () => {
  const after = nightly({ start_date: '2026-11-23', catchup: 'all', catchup_window: '5d' });
  const change = changeAt(NOON, { before: null, after }, { cursor: instant('2026-11-23T04:59:59.999Z') });
  assert.deepEqual([change.kind, change.isSafe], ['new', true]);
  assert.deepEqual(
    change.dates.owed.map(({ scheduledFor, runType }) => `${scheduledFor} ${runType}`),
    ['2026-11-23T06:30:00Z catchup', '2026-11-24T06:30:00Z catchup', '2026-11-25T06:30:00Z catchup'],
  );
  assert.equal(String(change.dates.gained[0]), '2026-11-26');
});

test('a text that means the same is no change', () => {
  const tasks = '[{task_id: a, type: x, with: {one: 1, two: {b: 2, a: 1}}}]';
  const reordered = '[{with: {two: {a: 1, b: 2}, one: 1}, type: x, retries: 0, task_id: a}]';
  const change = changeAt(NOON, { before: nightly({}, tasks), after: nightly({}, reordered) });
  assert.deepEqual([change.kind, change.isSafe], ['unchanged', true]);
});

test('every key that changed is named with both values, edges by what they lead to', () => {
  const before = nightly(
    { params: '{store: {type: integer, default: 1}}' },
    '[{task_id: a, type: x, with: {guards: {drop: 0.2}}}, {task_id: b, type: x}, {task_id: c, type: x, depends_on: [a, b], not_before: "01:30"}]',
  );
  const after = nightly(
    { params: '{}', max_active_runs: '2' },
    '[{task_id: a, type: x, retries: 2, with: {guards: {drop: 0.3}}}, {task_id: c, type: x, depends_on: [{task_id: a, delay: 1h}]}, {task_id: d, type: x}]',
  );
  const { keys } = changeAt(NOON, { before, after });
  assert.deepEqual(keys.dag, [
    { taskId: null, key: 'max_active_runs', before: 1, after: 2 },
    {
      taskId: null,
      key: 'params.store',
      before: { type: 'integer', default: 1, description: '' },
      after: null,
    },
  ]);
  assert.deepEqual([keys.tasksAdded, keys.tasksRemoved], [['d'], ['b']]);
  assert.deepEqual(
    keys.tasks.map(({ taskId, key, before: was, after: is }) => [taskId, key, was, is]),
    [
      ['a', 'retries', 0, 2],
      ['a', 'with.guards.drop', 0.2, 0.3],
      ['c', 'depends_on.a', '0s', '1h'],
      ['c', 'depends_on.b', '0s', null],
      ['c', 'not_before', '01:30', null],
    ],
  );
});

test('a deadline that passes before the task usually ends is reported, on the dates on which it does', () => {
  const tasks = (delay: string) =>
    `[{task_id: a, type: x}, {task_id: b, type: x, depends_on: [{task_id: a, delay: ${delay}}], deadline: "05:00"}]`;
  const usual = new Map([
    ['a', { p95Ms: 40 * 60_000, runs: 30 }],
    ['b', { p95Ms: 20 * 60_000, runs: 30 }],
  ]);
  // 01:30 + 40m + delay + 20m. With 2 h: 04:30, but 05:30 EDT on the spring night, an hour nearer to 05:00.
  const [misfit, ...others] = changeAt(
    NOON,
    { before: nightly({}, tasks('1h')), after: nightly({}, tasks('2h')) },
    { usual },
  ).deadlines;
  assert.deepEqual(others, []);
  assert.deepEqual(
    [misfit?.taskId, misfit?.isNew, misfit?.dateCount, String(misfit?.first.businessDate)],
    ['b', true, 1, '2027-03-14'],
  );
  assert.deepEqual(
    [String(misfit?.first.expectedAt), String(misfit?.first.deadlineAt)],
    ['2027-03-14T09:30:00Z', '2027-03-14T09:00:00Z'],
  );
  const everyNight = changeAt(
    NOON,
    { before: nightly({}, tasks('2h')), after: nightly({}, tasks('3h')) },
    { usual },
  ).deadlines[0];
  assert.deepEqual(
    [everyNight?.dateCount, everyNight?.dueDateCount, everyNight?.isNew],
    // On 7 November 2027 the night is an hour longer: 05:30Z + 4 h is 09:30Z, and 05:00 EST is 10:00Z.
    [364, 365, false],
  );
});
