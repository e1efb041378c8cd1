/** Counts the events of a night by kind and by position in the night, to show that each was covered. */
import type { Event, NightBooking, NightShipment } from '../plan/event.ts';
import { type NightPlan, snapshotOf } from '../plan/night_plan.ts';
import { type CountByName, countByName } from './counts.ts';

export function countEvents(events: readonly Event[]): CountByName {
  return countByName(events.flatMap(namesOf));
}

/** Counts events by position: at the snapshot of their store to the millisecond, or between the night's instants. */
export function countPlaces(events: readonly Event[], plan: NightPlan): CountByName {
  return countByName(events.map((event) => placeOf(event, plan)));
}

function namesOf(event: Event): readonly string[] {
  if (event.kind === 'reserved') return ['reserved'];
  if (event.kind === 'shipped') return ['shipped', ...cancellation(event), ...invoicing(event)];
  const { reason, recordedAtMs, atMs } = event;
  const known = recordedAtMs === null ? ', unknown to the OMS' : recordedAtMs > atMs ? ', recorded late' : '';
  return [`${reason.replace('_', ' ')}${known}`];
}

function cancellation({ cancelled, bookings: [invoice] }: NightShipment): readonly string[] {
  if (cancelled === null) return [];
  const isAfter = invoice !== undefined && cancelled.atMs > invoice.sentAtMs;
  return [`cancelled in part, ${isAfter ? 'after' : 'before'} its invoice`];
}

function invoicing({ facilityId, bookings }: NightShipment): readonly string[] {
  const [invoice, ...slips] = bookings;
  if (invoice === undefined) return ['never invoiced'];
  const isWrong = invoice.facilityId !== facilityId;
  const isSlipped = slips.some(({ postingType }) => postingType === 'SLIP_OUT');
  return [
    `invoiced at the ${isWrong ? 'wrong' : 'right'} store`,
    ...(isWrong ? [isSlipped ? 'wrong store, slipped later' : 'wrong store, never slipped'] : []),
    ...bookings.map(outcomeOf).filter((outcome) => outcome !== null),
  ];
}

function outcomeOf({ bookedAtMs, responseAtMs, learntAtMs }: NightBooking): string | null {
  if (bookedAtMs === null) return 'document lost, withdrawn later';
  if (responseAtMs === null) return 'acknowledgement lost';
  return learntAtMs !== responseAtMs ? 'acknowledged, the instant learnt a day later' : null;
}

const NEAR_MS = 40 * 60_000;

function placeOf({ atMs, facilityId }: Event, plan: NightPlan): string {
  const snapshotAtMs = snapshotOf(plan, facilityId);
  if (atMs === snapshotAtMs) return 'at T exactly';
  if (atMs < snapshotAtMs) return atMs < snapshotAtMs - NEAR_MS ? 'earlier' : '40 min before T';
  if (atMs <= plan.freezeAtMs) return 'T to the freeze';
  if (atMs <= plan.resetAtMs) return 'freeze to reset';
  return atMs <= plan.applyAtMs ? 'reset to apply' : 'after the apply';
}
