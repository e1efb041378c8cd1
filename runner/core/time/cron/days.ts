/**
 * The days of a month that a cron expression gives by their place: `L`, `L-3`, `LW` and `15W` in the field of the day of
 * month, `FRI#2` and `FRIL` in that of the day of week.
 */
import { CronError, DAY_OF_MONTH, DAY_OF_WEEK, itemsOf, type Piece, parseValue, valuesOf } from './field.ts';

/** A day of a month whose number differs from month to month. */
export type PlacedDay =
  /** `L` and `L-3`: the last day of the month, or one that lies `daysBefore` days before it. */
  | { readonly kind: 'from_end'; readonly daysBefore: number }
  /** `LW`: the last day from Monday to Friday. */
  | { readonly kind: 'last_workday' }
  /** `15W`: the day from Monday to Friday that is nearest to `day`, within the month. */
  | { readonly kind: 'nearest_workday'; readonly day: number };

/** `FRI#2`, the second Friday of the month, or `FRIL`, its last one. */
export interface PlacedWeekday {
  /** 0-6, 0 is Sunday. */
  readonly weekday: number;
  /** 1-5, or `last`. */
  readonly nth: number | 'last';
}

export interface DaysOfMonth {
  /** 1-31, ascending. */
  readonly daysOfMonth: readonly number[];
  readonly placedDays: readonly PlacedDay[];
}

export interface DaysOfWeek {
  /** 0-6, 0 is Sunday, ascending. */
  readonly daysOfWeek: readonly number[];
  readonly placedWeekdays: readonly PlacedWeekday[];
}

const LAST_DAY = /^L(?:-(\d+))?$/i;
const NEAREST_WORKDAY = /^(\d+)W$/i;
const NTH_WEEKDAY = /^(\w+)#(\w*)$/;
const LAST_WEEKDAY = /^(\w+)L$/i;
/** `L-30` is the first day of a month that has 31. */
const MOST_DAYS_BEFORE = 30;

/** Parses the field of the day of month. @throws CronError */
export function parseDaysOfMonth(field: Piece): DaysOfMonth {
  const plain: Piece[] = [];
  const placedDays: PlacedDay[] = [];
  for (const item of itemsOf(field)) {
    const placed = placedDay(item);
    if (placed === null) plain.push(item);
    else placedDays.push(placed);
  }
  return { daysOfMonth: valuesOf(plain, DAY_OF_MONTH), placedDays };
}

/** Parses the field of the day of week. @throws CronError */
export function parseDaysOfWeek(field: Piece): DaysOfWeek {
  const plain: Piece[] = [];
  const placedWeekdays: PlacedWeekday[] = [];
  for (const item of itemsOf(field)) {
    const placed = placedWeekday(item);
    if (placed === null) plain.push(item);
    else placedWeekdays.push(placed);
  }
  return { daysOfWeek: valuesOf(plain, DAY_OF_WEEK), placedWeekdays };
}

function placedDay({ text, column }: Piece): PlacedDay | null {
  if (/^LW$/i.test(text)) return { kind: 'last_workday' };
  const fromEnd = LAST_DAY.exec(text);
  if (fromEnd !== null) {
    const daysBefore = Number(fromEnd[1] ?? 0);
    if (daysBefore <= MOST_DAYS_BEFORE) return { kind: 'from_end', daysBefore };
    throw new CronError(
      column + 2,
      `day of month "${text}" lies before every month: write L-1 to L-${MOST_DAYS_BEFORE}`,
    );
  }
  const nearest = NEAREST_WORKDAY.exec(text);
  if (nearest !== null) {
    return { kind: 'nearest_workday', day: parseValue({ text: nearest[1] ?? '', column }, DAY_OF_MONTH) };
  }
  if (/^(L|W)/i.test(text) || /W$/i.test(text)) {
    throw new CronError(
      column,
      `day of month "${text}": write L for the last day, L-3 for three days before it, LW for the last weekday, or 15W for the weekday nearest to the 15th`,
    );
  }
  return null;
}

function placedWeekday({ text, column }: Piece): PlacedWeekday | null {
  const nth = NTH_WEEKDAY.exec(text);
  if (nth !== null) {
    const [, day = '', place = ''] = nth;
    const weekday = parseValue({ text: day, column }, DAY_OF_WEEK) % 7;
    if (/^[1-5]$/.test(place)) return { weekday, nth: Number(place) };
    throw new CronError(
      column + day.length + 1,
      `day of week "${text}": a month has one to five of them, write ${day}#1 to ${day}#5, or ${day}L for the last`,
    );
  }
  const last = LAST_WEEKDAY.exec(text);
  if (last !== null) {
    return { weekday: parseValue({ text: last[1] ?? '', column }, DAY_OF_WEEK) % 7, nth: 'last' };
  }
  if (/^L$/i.test(text)) {
    throw new CronError(
      column,
      'day of week "L" is the last of which day? Write FRIL for the last Friday of the month, or L as the day of month',
    );
  }
  return null;
}

/** Returns true if the date is the placed day of its month. */
export function isPlacedDay(placed: PlacedDay, date: Temporal.PlainDate): boolean {
  switch (placed.kind) {
    case 'from_end':
      return date.day === date.daysInMonth - placed.daysBefore;
    case 'last_workday':
      return date.day === nearestWorkday(date, date.daysInMonth);
    case 'nearest_workday':
      return placed.day <= date.daysInMonth && date.day === nearestWorkday(date, placed.day);
  }
}

/** Returns true if the date is the placed weekday of its month. */
export function isPlacedWeekday({ weekday, nth }: PlacedWeekday, date: Temporal.PlainDate): boolean {
  if (date.dayOfWeek % 7 !== weekday) return false;
  return nth === 'last' ? date.day + 7 > date.daysInMonth : Math.ceil(date.day / 7) === nth;
}

/**
 * Returns the day from Monday to Friday that is nearest to a day of the month of `date`, without leaving that month; null
 * if `date` itself is too far from it to be that day.
 */
function nearestWorkday(date: Temporal.PlainDate, day: number): number | null {
  if (Math.abs(date.day - day) > 2) return null;
  const { dayOfWeek } = date.with({ day });
  if (dayOfWeek === 6) return day === 1 ? day + 2 : day - 1;
  if (dayOfWeek === 7) return day === date.daysInMonth ? day - 2 : day + 1;
  return day;
}
