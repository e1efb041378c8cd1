/** When the clocks change, typed by hand, and a calendar counted up in whole numbers: nothing here asks Temporal. */

/** A calendar year in a zone, and when its clocks change. */
export interface ZoneYear {
  readonly zone: string;
  readonly year: number;
  /** Minutes east of UTC on 1 January. */
  readonly offset: number;
  /** UTC month, day, hour and minute of each change, and the offset from then on. */
  readonly changes: readonly (readonly [
    month: number,
    day: number,
    hour: number,
    minute: number,
    offset: number,
  ])[];
}

export const ZONE_YEARS: readonly ZoneYear[] = [
  {
    zone: 'America/New_York',
    year: 2026,
    offset: -300,
    changes: [
      [3, 8, 7, 0, -240],
      [11, 1, 6, 0, -300],
    ],
  },
  {
    zone: 'America/New_York',
    year: 2027,
    offset: -300,
    changes: [
      [3, 14, 7, 0, -240],
      [11, 7, 6, 0, -300],
    ],
  },
  {
    zone: 'Europe/London',
    year: 2026,
    offset: 0,
    changes: [
      [3, 29, 1, 0, 60],
      [10, 25, 1, 0, 0],
    ],
  },
  {
    zone: 'Europe/London',
    year: 2027,
    offset: 0,
    changes: [
      [3, 28, 1, 0, 60],
      [10, 31, 1, 0, 0],
    ],
  },
  {
    zone: 'Australia/Lord_Howe',
    year: 2026,
    offset: 660,
    changes: [
      [4, 4, 15, 0, 630],
      [10, 3, 15, 30, 660],
    ],
  },
  {
    zone: 'Australia/Lord_Howe',
    year: 2027,
    offset: 660,
    changes: [
      [4, 3, 15, 0, 630],
      [10, 2, 15, 30, 660],
    ],
  },
  {
    zone: 'America/Sao_Paulo',
    year: 2018,
    offset: -120,
    changes: [
      [2, 18, 2, 0, -180],
      [11, 4, 3, 0, -120],
    ],
  },
  { zone: 'America/Sao_Paulo', year: 2026, offset: -180, changes: [] },
  { zone: 'Asia/Kathmandu', year: 2027, offset: 345, changes: [] },
  { zone: 'UTC', year: 2028, offset: 0, changes: [] },
  {
    zone: 'America/Nuuk',
    year: 2026,
    offset: -120,
    changes: [
      [3, 29, 1, 0, -60],
      [10, 25, 1, 0, -120],
    ],
  },
  {
    zone: 'Pacific/Apia',
    year: 2011,
    offset: -600,
    changes: [
      [4, 2, 14, 0, -660],
      [9, 24, 14, 0, -600],
      [12, 30, 10, 0, 840],
    ],
  },
];

export const DAY_MINUTES = 1440;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Every date from 1970, a Thursday, to 2029, counted up. */
export const CALENDAR: { readonly month: number; readonly day: number; readonly weekday: number }[] = [];
/** Year to the index of its 1 January in CALENDAR. */
const YEAR_STARTS = new Map<number, number>();
for (let year = 1970; year < 2030; year++) {
  YEAR_STARTS.set(year, CALENDAR.length);
  for (const [monthIndex, days] of MONTH_DAYS.entries()) {
    const length = monthIndex === 1 && year % 4 === 0 ? 29 : days;
    for (let day = 1; day <= length; day++) {
      CALENDAR.push({ month: monthIndex + 1, day, weekday: (CALENDAR.length + 4) % 7 });
    }
  }
}

/** Minutes from 1970 to the start of a date in UTC. */
export function utcMinute(year: number, month: number, day: number): number {
  const start = YEAR_STARTS.get(year) ?? Number.NaN;
  const dayOfYear = CALENDAR.slice(start, start + 366).findIndex(
    (date) => date.month === month && date.day === day,
  );
  return (start + dayOfYear) * DAY_MINUTES;
}
