/** Generates a shipment: its partial cancellation, and how Retail Pro learns of it or not. */
import type { StockKey } from '../../../demo/world/stock_key.ts';
import type { NightBooking, NightShipment } from './event.ts';
import type { Window } from './generate_events.ts';

const SECOND_MS = 1000;
const HOUR_MS = 3600 * SECOND_MS;

export function generateShipment(window: Window, key: StockKey, atMs: number): NightShipment {
  const { random, nextId, fromMs } = window;
  const units = random.integer(1, 5);
  const cancelled =
    units > 1 && random.chance(0.4)
      ? { units: random.integer(1, units - 1), atMs: atMs + delay(window) }
      : null;
  const issuanceId = `N${nextId()}`;
  const reservedAtMs = random.chance(0.4)
    ? Math.max(fromMs + 1, atMs - random.integer(1, 40) * HOUR_MS)
    : null;
  const shipment = { kind: 'shipped', ...key, atMs, units, reservedAtMs, cancelled, issuanceId } as const;
  return { ...shipment, bookings: bookingsOf(window, shipment) };
}

function bookingsOf(window: Window, shipment: Omit<NightShipment, 'bookings'>): readonly NightBooking[] {
  const { random, storeIds } = window;
  const { atMs, units, cancelled, facilityId } = shipment;
  if (random.chance(0.12)) return [];
  const sentAtMs = atMs + delay(window);
  const isWrong = random.chance(0.2);
  const storeId = isWrong ? random.pick(storeIds) : facilityId;
  // What was cancelled before the invoice went out is not on it; what is cancelled later is slipped back in.
  const isCutBefore = cancelled !== null && cancelled.atMs <= sentAtMs;
  const invoiced = isCutBefore ? units - cancelled.units : units;
  const invoice = book(window, shipment.issuanceId, {
    postingType: 'INVOICE',
    facilityId: storeId,
    units: -invoiced,
    sentAtMs,
  });
  const bookings = [invoice];
  if (cancelled !== null && !isCutBefore && invoice.bookedAtMs !== null) {
    const slipMs = Math.max(cancelled.atMs, invoice.bookedAtMs) + delay(window);
    bookings.push(
      book(window, shipment.issuanceId, {
        postingType: 'SLIP_IN',
        facilityId: storeId,
        units: cancelled.units,
        sentAtMs: slipMs,
      }),
    );
  }
  if (storeId !== facilityId && invoice.bookedAtMs !== null && random.chance(0.6)) {
    const slipMs = invoice.bookedAtMs + delay(window);
    bookings.push(
      book(window, shipment.issuanceId, {
        postingType: 'SLIP_IN',
        facilityId: storeId,
        units: invoiced,
        sentAtMs: slipMs,
      }),
      book(window, shipment.issuanceId, {
        postingType: 'SLIP_OUT',
        facilityId,
        units: -invoiced,
        sentAtMs: slipMs + SECOND_MS,
      }),
    );
  }
  return bookings;
}

type Document = Pick<NightBooking, 'postingType' | 'facilityId' | 'units' | 'sentAtMs'>;

/**
 * Generates a document: mostly answered in full; sometimes only partly, or not until someone investigates, or never
 * booked.
 */
function book(window: Window, issuanceId: string, document: Document): NightBooking {
  const { random, nextId } = window;
  const posting = { ...document, postingId: `${issuanceId}-${nextId()}` };
  const bookedAtMs = document.sentAtMs + random.integer(0, 300) * SECOND_MS;
  const answeredAtMs = bookedAtMs + random.integer(0, 60) * SECOND_MS;
  const cleared = answeredAtMs + random.integer(1, 40) * HOUR_MS;
  const draw = random.integer(1, 100);
  if (draw <= 80) {
    const facts = { bookedAtMs, externalPostedAtMs: bookedAtMs, responseAtMs: answeredAtMs };
    return { ...posting, ...facts, learntAtMs: answeredAtMs, withdrawnAtMs: null };
  }
  // The answer says that it was booked and not when; the instant is learnt a day later.
  if (draw <= 90) {
    const facts = { bookedAtMs, externalPostedAtMs: bookedAtMs, responseAtMs: answeredAtMs };
    return { ...posting, ...facts, learntAtMs: cleared, withdrawnAtMs: null };
  }
  // Booked, and the acknowledgement was lost.
  if (draw <= 96) {
    const facts = { bookedAtMs, externalPostedAtMs: bookedAtMs, responseAtMs: null };
    return { ...posting, ...facts, learntAtMs: cleared, withdrawnAtMs: null };
  }
  const facts = { bookedAtMs: null, externalPostedAtMs: null, responseAtMs: null };
  return { ...posting, ...facts, learntAtMs: null, withdrawnAtMs: cleared };
}

/** Draws a delay of seconds to more than a day, in milliseconds. */
function delay({ random }: Window): number {
  return random.pick([
    random.integer(1, 120) * SECOND_MS,
    random.integer(60, 3600) * SECOND_MS,
    random.integer(1, 30) * HOUR_MS,
  ]);
}
