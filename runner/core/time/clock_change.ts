/** Finds the dates on which a zone's clocks change, and what happens then to the wall times of a schedule. */
import { dueDates } from './closing.ts';
import { instantsOnDate, type Schedule } from './schedule.ts';

export interface ClockChange {
  readonly at: Temporal.Instant;
  /** The local date of the first wall time that is skipped or repeated. */
  readonly date: Temporal.PlainDate;
  readonly direction: 'forward' | 'back';
  /** The wall times that are skipped or repeated: `from` inclusive, `until` exclusive. */
  readonly from: Temporal.PlainDateTime;
  readonly until: Temporal.PlainDateTime;
}

/** How often a wall time occurs on its date. */
export type WallTimeOccurrence = 'once' | 'never' | 'twice';

/** A wall time and the instant that is used for it: after the gap if it is skipped, the first if it occurs twice. */
export interface ResolvedWallTime {
  readonly wall: Temporal.PlainDateTime;
  readonly occurrence: WallTimeOccurrence;
  readonly at: Temporal.Instant;
}

/** Returns the clock changes after `after`, up to and including `until`. */
export function clockChanges(
  timezone: string,
  { after, until }: { readonly after: Temporal.Instant; readonly until: Temporal.Instant },
): readonly ClockChange[] {
  const changes: ClockChange[] = [];
  let next = after.toZonedDateTimeISO(timezone).getTimeZoneTransition('next');
  while (next !== null && Temporal.Instant.compare(next.toInstant(), until) <= 0) {
    const change = clockChangeAt(next);
    if (change !== null) changes.push(change);
    next = next.getTimeZoneTransition('next');
  }
  return changes;
}

export function resolveOccurrence(wall: Temporal.PlainDateTime, timezone: string): ResolvedWallTime {
  const first = wall.toZonedDateTime(timezone, { disambiguation: 'earlier' });
  const second = wall.toZonedDateTime(timezone, { disambiguation: 'later' });
  if (!first.toPlainDateTime().equals(wall)) return { wall, occurrence: 'never', at: second.toInstant() };
  return { wall, occurrence: first.equals(second) ? 'once' : 'twice', at: first.toInstant() };
}

/** Returns the wall times of the schedule's fixed hours on a date, ascending; empty if it is not due then. */
export function scheduledWallTimes(
  schedule: Schedule,
  date: Temporal.PlainDate,
): readonly ResolvedWallTime[] {
  if (instantsOnDate(schedule, date).length === 0) return [];
  const walls = schedule.crons
    .filter(({ hourRule }) => hourRule === 'once_per_date')
    .filter((cron) => [...dueDates(cron, schedule.closing, { from: date, to: date })].length > 0)
    .flatMap(({ hours, minutes }) =>
      hours.flatMap((hour) => minutes.map((minute) => date.toPlainDateTime({ hour, minute }))),
    );
  const distinct = new Map(walls.map((wall) => [wall.toString(), wall]));
  return [...distinct.values()]
    .toSorted(Temporal.PlainDateTime.compare)
    .map((wall) => resolveOccurrence(wall, schedule.timezone));
}

/** Returns the clock change of a transition; null if the offset stays the same. */
function clockChangeAt(transition: Temporal.ZonedDateTime): ClockChange | null {
  const before = transition.subtract({ nanoseconds: 1 });
  const shiftNs = transition.offsetNanoseconds - before.offsetNanoseconds;
  if (shiftNs === 0) return null;
  const newWall = transition.toPlainDateTime();
  const oldWall = before.toPlainDateTime().add({ nanoseconds: 1 });
  const isForward = shiftNs > 0;
  const from = isForward ? oldWall : newWall;
  return {
    at: transition.toInstant(),
    date: from.toPlainDate(),
    direction: isForward ? 'forward' : 'back',
    from,
    until: isForward ? newWall : oldWall,
  };
}
