/** The year of the US retail calendar in which nights are simulated, with its closed dates as printed calendars have them. */

export const CALENDAR = 'us_retail';

/** The first date of the year. */
export const YEAR_START = Temporal.PlainDate.from('2024-11-27');
export const YEAR_DAYS = 365;

/** The name of each closed date. */
const CLOSED: ReadonlyMap<string, string> = new Map([
  ['2024-11-28', 'Thanksgiving'],
  ['2024-12-25', 'Christmas Day'],
  ['2025-04-20', 'Easter Sunday'],
]);

/** Returns the name under which a date is closed; null if it is open. */
export function closedName(date: Temporal.PlainDate): string | null {
  return CLOSED.get(date.toString()) ?? null;
}
