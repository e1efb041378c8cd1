/** Instants on a page: in the zone of their DAG, with the reader's own on hover. */
import { type Html, html } from './html.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

const PARTS = {
  /** `Fri 27 Nov 07:02 EST` */
  minute: {
    weekday: 'short',
    day: '2-digit',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  },
  /** `Fri 27 Nov 07:02:31 EST` */
  second: {
    weekday: 'short',
    day: '2-digit',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  },
  /** `07:02` */
  clock: { hour: '2-digit', minute: '2-digit' },
  /** `07:02:31` */
  clock_second: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

export type TimeStyle = keyof typeof PARTS;

/**
 * Renders an instant as `<time>`, in the DAG's zone; its title is the same instant in UTC, and assets/app.js adds the
 * reader's zone to it.
 */
export function timeTag(instant: Temporal.Instant, timezone: string, style: TimeStyle = 'minute'): Html {
  return html`<time datetime="${instant.toString({ smallestUnit: 'second' })}" title="${timeText(instant, 'UTC', 'second')}">${timeText(instant, timezone, style)}</time>`;
}

/** `Fri 27 Nov 07:02 EST` */
export function timeText(instant: Temporal.Instant, timezone: string, style: TimeStyle = 'minute'): string {
  const key = `${style} ${timezone}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', { ...PARTS[style], timeZone: timezone, hourCycle: 'h23' });
    formats.set(key, format);
  }
  const part = new Map(
    format.formatToParts(instant.epochMilliseconds).map(({ type, value }) => [type, value]),
  );
  const clock = [part.get('hour'), part.get('minute'), part.get('second')].filter(Boolean).join(':');
  const date = [part.get('weekday'), part.get('day'), part.get('month')].filter(Boolean).join(' ');
  return [date, clock, part.get('timeZoneName')].filter(Boolean).join(' ');
}

// Temporal makes a formatter at each call, which takes longer than all the rest of a page of dates.
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `Thu 26 Nov`, with the year where it is not that of `today`. */
export function dateText(date: Temporal.PlainDate, today: Temporal.PlainDate): string {
  const [weekday, day, month] = [
    WEEKDAYS[date.dayOfWeek - 1],
    String(date.day).padStart(2, '0'),
    MONTHS[date.month - 1],
  ];
  return `${weekday} ${day} ${month}${date.year === today.year ? '' : ` ${date.year}`}`;
}
