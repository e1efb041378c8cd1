import { parseCron } from '../../core/cron.ts';
import { describeCron } from '../../core/cron_words.ts';
import type { Dag } from '../../core/dag.ts';

/** `at 01:00 every day, America/New_York`, or `only when triggered`. */
export function scheduleWords({ schedule, timezone }: Pick<Dag, 'schedule' | 'timezone'>): string {
  if (schedule.length === 0) return `only when triggered, ${timezone}`;
  return `${schedule.map((cron) => describeCron(parseCron(cron))).join(' and ')}, ${timezone}`;
}
