/**
 * Stock events: physical changes with their instants, and when each system learned of them. Retail Pro's counts, the
 * OMS's records and the true stock are projections of one list of events.
 *
 * Instants are epoch milliseconds; units are whole and, if signed, positive when stock grows.
 */
import type { StockKey } from './stock_key.ts';

/** Opening stock, a receipt, a recount, a sale in the store, or one end of a transfer. Retail Pro books it at once. */
export interface Moved extends StockKey {
  readonly kind: 'moved';
  readonly reason: 'opening' | 'receipt' | 'recount' | 'till_sale' | 'transfer';
  readonly atMs: number;
  readonly units: number;
  /** When the OMS recorded it, dated at the instant at which it happened; null if the OMS never learned of it. */
  readonly recordedAtMs: number | null;
}

/** Reserved for an order and not shipped: still on the shelf, no longer available. Only the OMS knows of it. */
export interface Reserved extends StockKey {
  readonly kind: 'reserved';
  readonly atMs: number;
  /** Greater than 0. */
  readonly units: number;
}

/** Shipped for an online order. The OMS records it at once; Retail Pro learns of it through its bookings. */
export interface Shipped extends StockKey {
  readonly kind: 'shipped';
  readonly atMs: number;
  /** Greater than 0. */
  readonly units: number;
  /** When the units were reserved before; null if reservation and shipment were one step. */
  readonly reservedAtMs: number | null;
  /** Units that came back because the order was reduced, and when. */
  readonly cancelled: { readonly units: number; readonly atMs: number } | null;
  readonly bookings: readonly Booking[];
}

/** A document by which the OMS asks Retail Pro to book a shipment, or to correct a wrong booking. */
export interface Booking {
  readonly postingType: 'INVOICE' | 'SLIP_OUT' | 'SLIP_IN';
  /** The store whose Retail Pro count changes, which is not always the one that shipped. */
  readonly facilityId: string;
  readonly units: number;
  readonly sentAtMs: number;
  /** When the answer reached the OMS; null if none came. */
  readonly responseAtMs: number | null;
  /** The instant of booking as reported to the OMS; null if it was not reported. */
  readonly externalPostedAtMs: number | null;
  /** When Retail Pro's count changed; null if it never did. */
  readonly bookedAtMs: number | null;
}

export type StockEvent = Moved | Reserved | Shipped;
