/** Describes cron expressions in words, for people who do not read them. */
// The package cronstrue (3.39.0) is wrong on schedules of our tests: "every 25 minutes" for `*/25 * * * *`, which fires at 0, 25 and
// 50; "between day 1 and 31, and on Monday" for `0 0 1-31 * MON`, which fires every day; and one "and on Monday" for both
// `0 0 */2 * MON`, where both day fields must match, and `0 0 1 * MON`, where either is enough.
import { MONTH_NAMES, PLACE_NAMES, WEEKDAY_NAMES } from '../names.ts';
import type { Cron } from './cron.ts';
import type { PlacedDay, PlacedWeekday } from './days.ts';

const MINUTES_PER_DAY = 1440;
const EVERY_DAY = 'every day';

/**
 * Returns the expression in words: `at 01:30 on weekdays`, `every 15 minutes from 09:00 to 17:45 every day`, `at 00:00
 * on day 1 of January`.
 */
export function describeCron(cron: Cron): string {
  const times = cron.hours.flatMap((hour) => cron.minutes.map((minute) => hour * 60 + minute));
  const spacing = evenSpacing(times);
  const isAllDay = spacing !== null && times.length > 4 && times.length * spacing === MINUTES_PER_DAY;
  const dates = dateWords(cron);
  if (!isAllDay) return `${timeWords(cron, times, spacing)} ${dates}`;

  const [first = 0] = times;
  const rhythm = first === 0 ? everyWords(spacing) : `${everyWords(spacing)} from ${clock(first)}`;
  return dates === EVERY_DAY ? rhythm : `${rhythm} ${dates}`;
}

function timeWords({ hours, minutes }: Cron, times: readonly number[], spacing: number | null): string {
  const [first = 0] = times;
  if (times.length <= 4) return `at ${joinWords(times.map(clock))}`;
  if (spacing !== null)
    return `${everyWords(spacing)} from ${clock(first)} to ${clock(times.at(-1) ?? first)}`;
  const minuteWords =
    minutes.length === 60 ? 'every minute' : `${plural('minute', minutes)} ${joinRuns(minutes)}`;
  const hourWords = hours.length === 24 ? 'every hour' : `${plural('hour', hours)} ${joinRuns(hours)}`;
  return `at ${minuteWords} of ${hourWords}`;
}

function dateWords(cron: Cron): string {
  const { months, dayRule } = cron;
  const inMonths = months.length === 12 ? '' : joinRuns(months, MONTH_NAMES);
  const isAnyDayOfMonth = cron.daysOfMonth.length === 31;
  const isAnyDayOfWeek = cron.daysOfWeek.length === 7;
  const suffix = inMonths === '' ? '' : ` in ${inMonths}`;

  if (isAnyDayOfMonth && isAnyDayOfWeek) return EVERY_DAY + suffix;
  const days = dayWords(cron);
  const weekdays = weekWords(cron);
  // A place is one in the month, which is said at once where no months are named at the end.
  const placeIn = (placed: readonly unknown[]) =>
    placed.length > 0 && inMonths === '' ? ' of the month' : '';
  if (dayRule === 'either') {
    if (isAnyDayOfMonth || isAnyDayOfWeek) return EVERY_DAY + suffix;
    return `on ${days}${placeIn(cron.placedDays)} or on ${weekdays}${placeIn(cron.placedWeekdays)}${suffix}`;
  }
  if (isAnyDayOfMonth) return `on ${weekdays}${placeIn(cron.placedWeekdays)}${suffix}`;
  const datesOfMonths = `on ${days} of ${inMonths || 'the month'}`;
  return isAnyDayOfWeek ? datesOfMonths : `${datesOfMonths} falling on ${weekdays}`;
}

function dayWords({ daysOfMonth, placedDays }: Cron): string {
  const plain = daysOfMonth.length === 0 ? [] : [`${plural('day', daysOfMonth)} ${joinRuns(daysOfMonth)}`];
  return joinWords([...plain, ...placedDays.map(placedDayWords)]);
}

function placedDayWords(placed: PlacedDay): string {
  switch (placed.kind) {
    case 'from_end':
      if (placed.daysBefore === 0) return 'the last day';
      return `the day ${placed.daysBefore === 1 ? '1 day' : `${placed.daysBefore} days`} before the last day`;
    case 'last_workday':
      return 'the last weekday (Monday to Friday)';
    case 'nearest_workday':
      return `the weekday (Monday to Friday) nearest to day ${placed.day}`;
  }
}

function weekWords({ daysOfWeek, placedWeekdays }: Cron): string {
  const plain = daysOfWeek.length === 0 ? [] : [plainWeekWords(daysOfWeek)];
  return joinWords([...plain, ...placedWeekdays.map(placedWeekdayWords)]);
}

function placedWeekdayWords({ weekday, nth }: PlacedWeekday): string {
  const place = nth === 'last' ? 'last' : PLACE_NAMES[nth - 1];
  return `the ${place} ${WEEKDAY_NAMES[(weekday + 6) % 7]}`;
}

function plainWeekWords(daysOfWeek: readonly number[]): string {
  const key = daysOfWeek.join();
  if (key === '1,2,3,4,5') return 'weekdays';
  if (key === '0,6') return 'weekends';
  const fromMonday = daysOfWeek.map((day) => (day === 0 ? 7 : day)).sort((a, b) => a - b);
  return joinRuns(fromMonday, WEEKDAY_NAMES);
}

/** Returns the minutes between consecutive times; null if they differ or there is only one time. */
function evenSpacing([first = 0, second, ...rest]: readonly number[]): number | null {
  if (second === undefined) return null;
  const spacing = second - first;
  return rest.every((time, i) => time === second + (i + 1) * spacing) ? spacing : null;
}

function everyWords(spacingMinutes: number): string {
  const isHours = spacingMinutes % 60 === 0;
  const count = isHours ? spacingMinutes / 60 : spacingMinutes;
  const unit = isHours ? 'hour' : 'minute';
  return count === 1 ? `every ${unit}` : `every ${count} ${unit}s`;
}

function clock(minuteOfDay: number): string {
  const twoDigits = (value: number) => String(value).padStart(2, '0');
  return `${twoDigits(Math.floor(minuteOfDay / 60))}:${twoDigits(minuteOfDay % 60)}`;
}

function plural(word: string, values: readonly number[]): string {
  return values.length === 1 ? word : `${word}s`;
}

/**
 * Returns the values as text, `1, 3 to 5 and 9`; if `names` is given, with the name of each value, the first standing
 * for 1.
 */
function joinRuns(values: readonly number[], names: readonly string[] = []): string {
  const runs: number[][] = [];
  for (const value of values) {
    const run = runs.at(-1);
    if (run?.at(-1) === value - 1) run.push(value);
    else runs.push([value]);
  }
  const nameOf = (value: number | undefined) => names[(value ?? 0) - 1] ?? String(value);
  return joinWords(
    runs.flatMap((run) =>
      run.length < 3 ? run.map(nameOf) : [`${nameOf(run[0])} to ${nameOf(run.at(-1))}`],
    ),
  );
}

function joinWords(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
