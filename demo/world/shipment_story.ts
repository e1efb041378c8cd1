/**
 * Generates a shipment and how Retail Pro learned of it. Each outcome is one relation of the acknowledgement to the
 * snapshot at T.
 */

import type { Booking, Shipped } from './event.ts';
import type { WorldNight } from './night.ts';
import type { Random } from './random.ts';
import type { StockKey } from './stock_key.ts';

/** Each outcome's share of the shipments, as a weight. */
const OUTCOME_WEIGHTS = {
  acknowledged: 250,
  acknowledged_at_snapshot: 4,
  /** The OMS knows only the answer's instant, and it is before T. */
  answered_before_snapshot: 12,
  acknowledged_after_snapshot: 20,
  /** The instant of booking is unknown, but the document was not sent by T. */
  sent_after_snapshot: 12,
  never_acknowledged: 16,
  /** The invoice failed days ago and nobody noticed. */
  forgotten: 5,
  wrong_store: 10,
  /** Booked at the wrong store, then corrected at both stores by T. */
  wrong_store_put_right: 6,
  /** Booked at the wrong store, then corrected after T. */
  wrong_store_put_right_late: 4,
  /** Sent by T without an answer: it is unknown whether it is in the file. */
  unanswered: 2,
  /** Sent by T and answered after it. */
  answered_across_snapshot: 2,
  shipped_at_snapshot: 2,
  shipped_after_snapshot: 12,
} as const;
export type Outcome = keyof typeof OUTCOME_WEIGHTS;
const OUTCOMES = Object.keys(OUTCOME_WEIGHTS).filter((name): name is Outcome => name in OUTCOME_WEIGHTS);

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Returns outcomes: each one once at first, so that a small world has them all, then by weight. */
export function outcomeDeck(random: Random): () => Outcome {
  const first = random.shuffle(OUTCOMES);
  const rest = OUTCOMES.flatMap((outcome) => Array<Outcome>(OUTCOME_WEIGHTS[outcome]).fill(outcome));
  return () => first.pop() ?? random.pick(rest);
}

export interface ShipmentSetting {
  readonly random: Random;
  readonly night: WorldNight;
  readonly key: StockKey;
  /** Stores that a wrong booking can go to; not the key's own facility. */
  readonly otherStoreIds: readonly string[];
}

export function generateShipmentStory(setting: ShipmentSetting, outcome: Outcome): Shipped {
  const { random, night, key, otherStoreIds } = setting;
  const snapshotAtMs = night.snapshotAtMs;
  const units = random.chance(0.7) ? 1 : random.integer(2, 4);
  const atMs = shippedAtMs(random, snapshotAtMs, outcome);
  const reservedAtMs = random.chance(0.4) ? atMs - random.integer(1, 40) * HOUR_MS : null;
  const cancelled =
    units > 1 && outcome !== 'shipped_at_snapshot' && random.chance(0.3)
      ? { units: random.integer(1, units - 1), atMs: atMs + random.integer(5, 50) * SECOND_MS }
      : null;
  const net = units - (cancelled?.units ?? 0);
  const here = key.facilityId;
  const wrong = otherStoreIds.length === 0 ? here : random.pick(otherStoreIds);
  const shipment = { kind: 'shipped', ...key, atMs, units, reservedAtMs, cancelled } as const;
  const soon = () => random.integer(60, 900) * SECOND_MS;
  const invoice = (facilityId: string, bookedAtMs: number) =>
    knownBooking('INVOICE', facilityId, -net, bookedAtMs);

  switch (outcome) {
    case 'acknowledged':
      return { ...shipment, bookings: [invoice(here, atMs + soon())] };
    case 'acknowledged_at_snapshot':
      return { ...shipment, bookings: [invoice(here, snapshotAtMs)] };
    case 'answered_before_snapshot':
      return { ...shipment, bookings: [{ ...invoice(here, atMs + soon()), externalPostedAtMs: null }] };
    case 'acknowledged_after_snapshot':
    case 'shipped_at_snapshot':
    case 'shipped_after_snapshot':
      return { ...shipment, bookings: [invoice(here, Math.max(atMs, snapshotAtMs) + soon())] };
    case 'sent_after_snapshot': {
      const sentAtMs = snapshotAtMs + random.integer(1, 60) * SECOND_MS;
      const late = knownBooking('INVOICE', here, -net, sentAtMs + SECOND_MS);
      return { ...shipment, bookings: [{ ...late, sentAtMs, externalPostedAtMs: null }] };
    }
    case 'never_acknowledged':
    case 'forgotten':
      return { ...shipment, bookings: [] };
    case 'wrong_store':
      return { ...shipment, bookings: [invoice(wrong, atMs + soon())] };
    case 'wrong_store_put_right':
    case 'wrong_store_put_right_late': {
      const rightAtMs =
        outcome === 'wrong_store_put_right'
          ? snapshotAtMs - random.integer(1, 30) * MINUTE_MS
          : snapshotAtMs + soon();
      return {
        ...shipment,
        bookings: [
          invoice(wrong, atMs + soon()),
          knownBooking('SLIP_IN', wrong, net, rightAtMs),
          knownBooking('SLIP_OUT', here, -net, rightAtMs + SECOND_MS),
        ],
      };
    }
    case 'unanswered':
    case 'answered_across_snapshot': {
      const sentAtMs = snapshotAtMs - random.integer(1, 20) * SECOND_MS;
      const answerMs = snapshotAtMs + random.integer(1, 20) * SECOND_MS;
      const booking: Booking = {
        postingType: 'INVOICE',
        facilityId: random.chance(0.2) ? wrong : here,
        units: -net,
        sentAtMs,
        responseAtMs: outcome === 'unanswered' ? null : answerMs,
        externalPostedAtMs: null,
        bookedAtMs: random.chance(0.5) ? snapshotAtMs - SECOND_MS / 2 : snapshotAtMs + SECOND_MS / 2,
      };
      return { ...shipment, bookings: [booking] };
    }
  }
}

/** Returns a booking that the OMS was fully informed of. */
function knownBooking(
  postingType: Booking['postingType'],
  facilityId: string,
  units: number,
  bookedAtMs: number,
): Booking {
  return {
    postingType,
    facilityId,
    units,
    sentAtMs: bookedAtMs - 2 * SECOND_MS,
    responseAtMs: bookedAtMs + SECOND_MS,
    externalPostedAtMs: bookedAtMs,
    bookedAtMs,
  };
}

function shippedAtMs(random: Random, snapshotAtMs: number, outcome: Outcome): number {
  switch (outcome) {
    case 'shipped_at_snapshot':
      return snapshotAtMs;
    case 'shipped_after_snapshot':
      return snapshotAtMs + random.integer(1, 70 * 60) * SECOND_MS;
    case 'forgotten':
      return snapshotAtMs - random.integer(4 * 24, 9 * 24) * HOUR_MS;
    case 'never_acknowledged':
    case 'acknowledged_after_snapshot':
    case 'sent_after_snapshot':
    case 'acknowledged_at_snapshot':
    case 'unanswered':
    case 'answered_across_snapshot':
      return snapshotAtMs - random.integer(10 * 60, 36 * 3600) * SECOND_MS;
    default:
      return snapshotAtMs - random.integer(3 * 3600, (20 * DAY_MS) / SECOND_MS) * SECOND_MS;
  }
}
