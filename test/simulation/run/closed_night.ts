/** Works a night on which the calendar is closed: the schedule has to say its name and to make no run. */
import type { SimulatedSchedule } from '../../support/engine/simulated_schedule.ts';
import { dueAtMs } from '../plan/calendar.ts';
import type { Outcome } from './work_night.ts';

export async function workClosedNight(
  schedule: SimulatedSchedule,
  { date, closedAs }: { readonly date: Temporal.PlainDate; readonly closedAs: string },
): Promise<Outcome> {
  const decision = await schedule.decide(Temporal.Instant.fromEpochMilliseconds(dueAtMs(date)), date);
  const found = decision.kind === 'closed' ? decision.name : decision.kind;
  const unexpected = found === closedAs ? [] : [`the date was to be closed as ${closedAs}, and is ${found}`];
  return { applied: [], unexpected, faults: [] };
}
