/** The next instants of a schedule. */
import { scheduledWallTimes } from '../../core/time/clock_change.ts';
import type { Schedule } from '../../core/time/schedule.ts';
import { businessDateOf } from '../../core/time/wall_time.ts';
import type { Column } from '../listing.ts';
import { resolvedWords } from '../plan/words.ts';
import { inZone } from '../time_text.ts';

/**
 * Returns the columns of instants of a schedule.
 *
 * @param localZone the zone of the person who reads, beside that of the DAG
 */
export function nextColumns(schedule: Schedule, localZone: string): readonly Column<Temporal.Instant>[] {
  const { timezone } = schedule;
  return [
    { key: 'business_date', value: (instant) => businessDateOf(instant, timezone) },
    {
      key: 'scheduled_for',
      title: `in ${timezone}`,
      value: (instant) => instant,
      text: (instant) => inZone(instant, timezone),
    },
    { key: 'dag_time', value: (instant) => zonedText(instant, timezone), dataOnly: true },
    {
      key: 'local_time',
      title: `in ${localZone}, your zone`,
      dataOnly: localZone === timezone,
      value: (instant) => zonedText(instant, localZone),
      text: (instant) => inZone(instant, localZone),
    },
    {
      key: 'note',
      value: (instant) => noteOn(instant, schedule),
      text: (instant) => noteOn(instant, schedule) ?? '',
    },
  ];
}

/** Returns the words for an instant that stands for a wall time which the clocks skip or repeat; else null. */
export function noteOn(instant: Temporal.Instant, schedule: Schedule): string | null {
  const date = businessDateOf(instant, schedule.timezone);
  const resolved = scheduledWallTimes(schedule, date).find(
    ({ at, occurrence }) => at.equals(instant) && occurrence !== 'once',
  );
  return resolved === undefined ? null : resolvedWords(resolved, schedule.timezone, 'runs');
}

/** `2026-03-08T03:30:00-04:00[America/New_York]` */
function zonedText(instant: Temporal.Instant, timezone: string): string {
  return instant.toZonedDateTimeISO(timezone).toString();
}
