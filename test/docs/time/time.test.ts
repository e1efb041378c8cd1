import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CATCHUP_POLICIES } from '../../../runner/core/dag/dag.ts';
import { parseCron } from '../../../runner/core/time/cron/parse.ts';
import { type DuePlan, planDue } from '../../../runner/core/time/due.ts';
import { parseDuration } from '../../../runner/core/time/duration.ts';
import { instantsOnDate, type Schedule } from '../../../runner/core/time/schedule.ts';
import { resolveWallTime } from '../../../runner/core/time/wall_time.ts';
import { page, tableBelow } from '../pages.ts';

const time = page('time.md');

function scheduleIn(timezone: string, cron: string): Schedule {
  return { crons: [parseCron(cron)], timezone, startDate: null, endDate: null, closing: null };
}

/** `03:00 = 07:00Z` for each instant, or how many there are where they are many. */
function firesOn(schedule: Schedule, date: string): string {
  const instants = instantsOnDate(schedule, Temporal.PlainDate.from(date));
  if (instants.length > 3) return `${instants.length} times`;
  return instants
    .map((instant) => {
      const wall = instant.toZonedDateTimeISO(schedule.timezone).toPlainTime().toString().slice(0, 5);
      return `${wall} = ${instant.toString().slice(11, 16)}Z`;
    })
    .join(', ');
}

for (const { heading, timezone, dates } of [
  {
    heading: '### New York',
    timezone: 'America/New_York',
    dates: ['2026-03-08', '2026-11-01', '2027-03-14', '2027-11-07'],
  },
  {
    heading: '### London',
    timezone: 'Europe/London',
    dates: ['2026-03-29', '2026-10-25', '2027-03-28', '2027-10-31'],
  },
]) {
  test(`the instants in the table of ${timezone} are those at which the schedules fire`, () => {
    assert.ok(time.text.includes(`| schedule | ${dates.join(' | ')} |`));
    const rows = tableBelow(time, heading);
    assert.ok(rows.length >= 8);
    for (const row of rows) {
      const [cron = ''] = row;
      const schedule = scheduleIn(timezone, cron);
      assert.deepEqual(row, [cron, ...dates.map((date) => firesOn(schedule, date))], cron);
    }
  });

  test(`a wall clock edge in ${timezone} lies where a schedule of that time fires`, () => {
    for (const [cron = ''] of tableBelow(time, heading)) {
      const fixed = /^(\d+) (\d+) \* \* \*$/.exec(cron);
      if (fixed === null) continue;
      const wall = { time: new Temporal.PlainTime(Number(fixed[2]), Number(fixed[1])), plusDays: 0 };
      for (const date of dates.map((text) => Temporal.PlainDate.from(text))) {
        const edge = resolveWallTime(date, wall, timezone);
        assert.deepEqual(instantsOnDate(scheduleIn(timezone, cron), date).map(String), [String(edge)]);
      }
    }
  });
}

/** `06-16, 06-17`, or a dash. */
function datesOf(instants: readonly Temporal.Instant[]): string {
  const dates = instants.map((instant) =>
    instant.toZonedDateTimeISO('America/New_York').toPlainDate().toString().slice(5),
  );
  return dates.length === 0 ? '-' : dates.join(', ');
}

test('what is made up for after an outage is what the table says', () => {
  const examples = tableBelow(time, '## Late, missed, made up for');
  assert.deepEqual(
    examples.map(([policy]) => policy),
    CATCHUP_POLICIES,
  );
  const rows = time.text
    .split('\n')
    .filter((line) => /^\| 2026-06-18 0/.test(line))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
  assert.equal(rows.length, 7);
  for (const row of rows) {
    const [backAt = '', policy = '', window = ''] = row;
    const catchup = CATCHUP_POLICIES.find((known) => known === policy);
    assert.ok(catchup !== undefined, policy);
    const at = (text: string) =>
      Temporal.PlainDateTime.from(text).toZonedDateTime('America/New_York').toInstant();
    const plan: DuePlan = planDue(
      {
        schedule: scheduleIn('America/New_York', '0 1 * * *'),
        catchup,
        catchupWindowMs: parseDuration(window),
      },
      { cursor: at('2026-06-15T12:00'), now: at(backAt.replace(' ', 'T')) },
    );
    const runs = plan.runs.map(({ scheduledFor }) => scheduledFor);
    assert.deepEqual(row, [backAt, policy, window, datesOf(runs), datesOf(plan.missed)]);
  }
});

test('a schedule moved to later on the same day owes the instant that has passed, unless it begins tomorrow', () => {
  const schedule = scheduleIn('America/New_York', '0 2 * * *');
  const plan = (startDate: string | null) =>
    planDue(
      {
        schedule: { ...schedule, startDate: startDate === null ? null : Temporal.PlainDate.from(startDate) },
        catchup: 'latest',
        catchupWindowMs: parseDuration('24h'),
      },
      // Decided up to 01:00, edited at 09:00.
      {
        cursor: Temporal.Instant.from('2026-06-18T05:00:00Z'),
        now: Temporal.Instant.from('2026-06-18T13:00:00Z'),
      },
    ).runs.map(({ scheduledFor }) => String(scheduledFor));
  assert.deepEqual(plan(null), ['2026-06-18T06:00:00Z']);
  assert.deepEqual(plan('2026-06-19'), []);
});
