/** Derives the OMS's ledger from the events, as it was before any night corrected it. */
import type { Moved, Shipped, StockEvent } from '../event.ts';
import type { StockKey } from '../stock_key.ts';

/** One `inventory_item_detail` (OFBiz InventoryItemDetail): signed units, on hand and available to promise. */
export interface LedgerEntry extends StockKey {
  readonly effectiveAtMs: number;
  readonly createdAtMs: number;
  readonly onHandUnits: number;
  readonly availableUnits: number;
  readonly cause: Moved['reason'] | 'reservation' | 'issuance' | 'issuance_cancelled';
  /** The shipment whose issuance it belongs to; null for other entries. */
  readonly shipment: Shipped | null;
}

export function omsLedger(events: readonly StockEvent[]): readonly LedgerEntry[] {
  return events.flatMap(entriesOf);
}

function entriesOf(event: StockEvent): readonly LedgerEntry[] {
  const key = { facilityId: event.facilityId, productId: event.productId };
  const at = (instantMs: number) => ({
    ...key,
    effectiveAtMs: instantMs,
    createdAtMs: instantMs,
    shipment: null,
  });
  switch (event.kind) {
    case 'moved':
      if (event.recordedAtMs === null) return [];
      return [
        {
          ...at(event.atMs),
          createdAtMs: event.recordedAtMs,
          onHandUnits: event.units,
          availableUnits: event.units,
          cause: event.reason,
        },
      ];
    case 'reserved':
      return [{ ...at(event.atMs), onHandUnits: 0, availableUnits: -event.units, cause: 'reservation' }];
    case 'shipped':
      return shipmentEntries(event, at);
  }
}

function shipmentEntries(
  event: Shipped,
  at: (
    instantMs: number,
  ) => Pick<LedgerEntry, 'facilityId' | 'productId' | 'effectiveAtMs' | 'createdAtMs' | 'shipment'>,
): readonly LedgerEntry[] {
  const { reservedAtMs, cancelled, units } = event;
  const entries: LedgerEntry[] = [];
  if (reservedAtMs !== null) {
    entries.push({ ...at(reservedAtMs), onHandUnits: 0, availableUnits: -units, cause: 'reservation' });
  }
  entries.push({
    ...at(event.atMs),
    onHandUnits: -units,
    availableUnits: reservedAtMs === null ? -units : 0,
    cause: 'issuance',
    shipment: event,
  });
  if (cancelled !== null) {
    entries.push({
      ...at(cancelled.atMs),
      onHandUnits: cancelled.units,
      availableUnits: cancelled.units,
      cause: 'issuance_cancelled',
      shipment: event,
    });
  }
  return entries;
}
