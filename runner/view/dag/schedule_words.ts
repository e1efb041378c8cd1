import type { ClosedPolicy, Dag } from '../../core/dag/dag.ts';
import { describeCron } from '../../core/time/cron/describe.ts';
import { parseCron } from '../../core/time/cron/parse.ts';

/** Returns the schedule in words: `at 01:00 every day, America/New_York`, or `only when triggered`. */
export function scheduleWords(
  dag: Pick<Dag, 'schedule' | 'after' | 'timezone' | 'calendar' | 'onClosed'>,
): string {
  const { schedule, after, timezone } = dag;
  if (after !== null) return `after each success of ${after}, ${timezone}`;
  if (schedule.length === 0) return `only when triggered, ${timezone}`;
  return `${schedule.map((cron) => describeCron(parseCron(cron))).join(' and ')}, ${timezone}${closingWords(dag)}`;
}

const ON_CLOSED: Readonly<Record<ClosedPolicy, string>> = {
  skip: 'but not on the closed days of',
  previous: 'on the open day before instead of the closed days of',
  next: 'on the open day after instead of the closed days of',
  run: 'also on the closed days of',
};

function closingWords({ calendar, onClosed }: Pick<Dag, 'calendar' | 'onClosed'>): string {
  return calendar === null ? '' : `, ${ON_CLOSED[onClosed]} ${calendar.name}`;
}
