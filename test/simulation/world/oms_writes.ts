/** Converts events to the OMS's writes: each with its instant, touching at most one inventory item. */
import type { Pool } from 'pg';
import { type LedgerEntry, omsLedger } from '../../../demo/world/oms/ledger.ts';
import { instantText } from '../../../demo/world/oms/table_rows.ts';
import type { Event, NightBooking, NightShipment } from '../plan/event.ts';

type Row = Readonly<Record<string, string | number | null>>;

/** A row as `record_writes.sql` takes it. */
interface WriteRow {
  readonly movements?: readonly Row[];
  readonly issuances?: readonly Row[];
  readonly cancellations?: readonly Row[];
  readonly postings?: readonly Row[];
  readonly answers?: readonly Row[];
  readonly withdrawn?: readonly string[];
}

export interface OmsWrite {
  readonly atMs: number;
  /** When the posting was sent whose outcome this write records; null for a stock movement. */
  readonly learntOfSentAtMs: number | null;
  readonly happened: WriteRow;
}

/** Writes all in one transaction, in any order. */
export async function recordWrites(pool: Pool, writes: readonly OmsWrite[]): Promise<void> {
  if (writes.length === 0) return;
  const all = <Item>(listOf: (happened: WriteRow) => readonly Item[] | undefined) =>
    writes.flatMap(({ happened }) => listOf(happened) ?? []);
  await pool.query('select nights.record_writes($1)', [
    JSON.stringify({
      movements: all(({ movements }) => movements),
      issuances: all(({ issuances }) => issuances),
      cancellations: all(({ cancellations }) => cancellations),
      postings: all(({ postings }) => postings),
      answers: all(({ answers }) => answers),
      withdrawn: all(({ withdrawn }) => withdrawn),
    }),
  ]);
}

/** Returns the writes in the order of their instants. */
export function writesOf(events: readonly Event[]): readonly OmsWrite[] {
  const writes = events.flatMap((event) => [
    ...omsLedger([event]).map((entry) => ledgerWrite(entry, event)),
    ...(event.kind === 'shipped' ? event.bookings.flatMap((booking) => postingWrites(event, booking)) : []),
  ]);
  return writes.toSorted((one, other) => one.atMs - other.atMs);
}

let detailCount = 0;

function ledgerWrite(entry: LedgerEntry, event: Event): OmsWrite {
  const shipment = event.kind === 'shipped' ? event : null;
  detailCount += 1;
  const key = { facility_id: entry.facilityId, product_id: entry.productId };
  const movement = {
    ...key,
    seq_id: `N${detailCount}`,
    effective_date: instantText(entry.effectiveAtMs),
    on_hand: entry.onHandUnits,
    available: entry.availableUnits,
    item_issuance_id: entry.shipment === null ? null : (shipment?.issuanceId ?? null),
  };
  return {
    atMs: entry.createdAtMs,
    learntOfSentAtMs: null,
    happened: { movements: [movement], ...(shipment === null ? {} : issuing(entry, shipment)) },
  };
}

function issuing({ cause, onHandUnits }: LedgerEntry, shipment: NightShipment): WriteRow {
  const { issuanceId, facilityId, productId, units, atMs } = shipment;
  const id = { item_issuance_id: issuanceId };
  if (cause === 'issuance_cancelled') return { cancellations: [{ ...id, quantity: onHandUnits }] };
  if (cause !== 'issuance') return {};
  const key = { facility_id: facilityId, product_id: productId };
  return { issuances: [{ ...id, ...key, quantity: units, issued_date_time: instantText(atMs) }] };
}

function postingWrites(shipment: NightShipment, booking: NightBooking): readonly OmsWrite[] {
  const { postingId, postingType, facilityId, units, sentAtMs } = booking;
  const learnt = (atMs: number | null, happened: WriteRow): readonly OmsWrite[] =>
    atMs === null ? [] : [{ atMs, learntOfSentAtMs: sentAtMs, happened }];
  const answer = (column: 'response_at' | 'external_posted_at', instantMs: number | null): WriteRow => ({
    answers: instantMs === null ? [] : [{ posting_id: postingId, [column]: instantText(instantMs) }],
  });
  const posting = {
    posting_id: postingId,
    item_issuance_id: shipment.issuanceId,
    posting_type: postingType,
    facility_id: facilityId,
    product_id: shipment.productId,
    quantity_diff: units,
    sent_at: instantText(sentAtMs),
  };
  return [
    { atMs: sentAtMs, learntOfSentAtMs: sentAtMs, happened: { postings: [posting] } },
    ...learnt(booking.responseAtMs, answer('response_at', booking.responseAtMs)),
    ...learnt(booking.learntAtMs, answer('external_posted_at', booking.externalPostedAtMs)),
    ...learnt(booking.withdrawnAtMs, { withdrawn: [postingId] }),
  ];
}
