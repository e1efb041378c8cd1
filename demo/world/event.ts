/**
 * What happens to stock, as physical things with instants. Who came to know of an event, and when, is part of it:
 * what Retail Pro counted, what the OMS recorded and what is truly there are projections of one list of events.
 *
 * Instants are epoch milliseconds; units are whole and, where signed, positive when stock grows.
 */
import type { StockKey } from './stock_key.ts';

/** Opening stock, a receipt, a recount, a sale at the till, or one end of a transfer. Retail Pro books it as it happens. */
export interface Moved extends StockKey {
  readonly kind: 'moved';
  readonly reason: 'opening' | 'receipt' | 'recount' | 'till_sale' | 'transfer';
  readonly atMs: number;
  readonly units: number;
  /** When the OMS wrote it down, under the instant at which it happened; null where it never heard of it. */
  readonly recordedAtMs: number | null;
}

/** Promised to an order and not shipped: still on the shelf, no longer available. Only the OMS knows. */
export interface Reserved extends StockKey {
  readonly kind: 'reserved';
  readonly atMs: number;
  /** More than 0. */
  readonly units: number;
}

/** Left the facility for an online order. The OMS records it at once; Retail Pro learns it through its bookings. */
export interface Shipped extends StockKey {
  readonly kind: 'shipped';
  readonly atMs: number;
  /** More than 0. */
  readonly units: number;
  /** When the units were promised to the order before; null where promise and shipment were one step. */
  readonly reservedAtMs: number | null;
  /** Units that came back because the order was cut, and when. */
  readonly cancelled: { readonly units: number; readonly atMs: number } | null;
  readonly bookings: readonly Booking[];
}

/** A document the OMS sent so that Retail Pro books a shipment (or puts a wrong booking right). */
export interface Booking {
  readonly postingType: 'INVOICE' | 'SLIP_OUT' | 'SLIP_IN';
  /** The store whose Retail Pro count it moves: not always the one that shipped. */
  readonly facilityId: string;
  readonly units: number;
  readonly sentAtMs: number;
  /** When the answer reached the OMS; null where none came. */
  readonly responseAtMs: number | null;
  /** The instant of booking as the OMS was told it; null where it was not told. */
  readonly externalPostedAtMs: number | null;
  /** When Retail Pro's count really moved; null where it never did. */
  readonly bookedAtMs: number | null;
}

export type StockEvent = Moved | Reserved | Shipped;
