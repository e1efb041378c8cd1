import type { Dag } from '../../core/dag/dag.ts';
import { describeCron } from '../../core/time/cron/describe.ts';
import { parseCron } from '../../core/time/cron/parse.ts';

/** Returns the schedule in words: `at 01:00 every day, America/New_York`, or `only when triggered`. */
export function scheduleWords({
  schedule,
  after,
  timezone,
}: Pick<Dag, 'schedule' | 'after' | 'timezone'>): string {
  if (after !== null) return `after each success of ${after}, ${timezone}`;
  if (schedule.length === 0) return `only when triggered, ${timezone}`;
  return `${schedule.map((cron) => describeCron(parseCron(cron))).join(' and ')}, ${timezone}`;
}
