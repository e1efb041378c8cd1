/** Generates the rows of the OMS's tables before any night has run. */

import type { Shipped } from '../event.ts';
import { keyText } from '../stock_key.ts';
import type { World } from '../world.ts';
import { type LedgerEntry, omsLedger } from './ledger.ts';
import { productRows } from './product_rows.ts';
import { type Cell, instantText, type TableRows } from './table_rows.ts';

const DAY_MS = 86_400_000;

/** The physical inventory with every item's opening count; its comment identifies the world. */
export const OPENING_COUNT_ID = 'WORLD_OPENING';
export function openingCountComment(world: World): string {
  return `Opening count of reference world ${world.fingerprint}`;
}

/** Returns the tables in an order in which they can be inserted: an item before its details. */
export function omsTables(world: World): readonly TableRows[] {
  const ledger = omsLedger(world.events);
  const itemIds = new Map<string, string>();
  for (const entry of ledger) {
    const key = keyText(entry);
    if (!itemIds.has(key)) itemIds.set(key, String(500_001 + itemIds.size));
  }
  const issuanceIds = new Map(
    shipmentsOf(world).map((shipment, index) => [shipment, String(100_001 + index)]),
  );
  return [
    facilityRows(world),
    ...productRows(world),
    {
      table: 'physical_inventory',
      columns: ['physical_inventory_id', 'physical_inventory_date', 'general_comments'],
      rows: [
        [OPENING_COUNT_ID, instantText(world.night.snapshotAtMs - 91 * DAY_MS), openingCountComment(world)],
      ],
    },
    itemRows(world, itemIds),
    detailRows(ledger, itemIds, issuanceIds),
    issuanceRows(itemIds, issuanceIds),
    postingRows(issuanceIds),
  ];
}

function shipmentsOf(world: World): readonly Shipped[] {
  return world.events.filter((event) => event.kind === 'shipped');
}

function facilityRows(world: World): TableRows {
  return {
    table: 'facility',
    columns: ['facility_id', 'external_id', 'facility_name', 'facility_type_id', 'facility_time_zone'],
    rows: world.facilities.map((facility) => [
      facility.facilityId,
      facility.externalId,
      facility.facilityName,
      facility.facilityTypeId,
      facility.timezone,
    ]),
  };
}

/** Returns the items; the details that follow add up their totals. */
function itemRows(world: World, itemIds: ReadonlyMap<string, string>): TableRows {
  return {
    table: 'inventory_item',
    columns: ['inventory_item_id', 'product_id', 'facility_id', 'location_seq_id'],
    rows: [...itemIds].map(([key, itemId]) => {
      const { productId, facilityId } = world.truth.keys.get(key) ?? { productId: null, facilityId: null };
      return [itemId, productId, facilityId, 'TLTLTLLL01'];
    }),
  };
}

const REASONS: Readonly<Record<LedgerEntry['cause'], string | null>> = {
  opening: 'VAR_OPENING',
  receipt: null,
  recount: 'VAR_RECOUNT',
  till_sale: 'POS_SALE',
  transfer: null,
  reservation: null,
  issuance: null,
  issuance_cancelled: null,
};

function detailRows(
  ledger: readonly LedgerEntry[],
  itemIds: ReadonlyMap<string, string>,
  issuanceIds: ReadonlyMap<Shipped, string>,
): TableRows {
  const detailCounts = new Map<string, number>();
  return {
    table: 'inventory_item_detail',
    columns: [
      'inventory_item_id',
      'inventory_item_detail_seq_id',
      'effective_date',
      'created_at',
      'quantity_on_hand_diff',
      'available_to_promise_diff',
      'reason_enum_id',
      'item_issuance_id',
      'physical_inventory_id',
    ],
    rows: ledger.map((entry) => {
      const key = keyText(entry);
      const count = (detailCounts.get(key) ?? 0) + 1;
      detailCounts.set(key, count);
      return [
        itemIds.get(key) ?? null,
        String(count).padStart(5, '0'),
        instantText(entry.effectiveAtMs),
        instantText(entry.createdAtMs),
        entry.onHandUnits,
        entry.availableUnits,
        REASONS[entry.cause],
        entry.shipment === null ? null : (issuanceIds.get(entry.shipment) ?? null),
        entry.cause === 'opening' ? OPENING_COUNT_ID : null,
      ];
    }),
  };
}

function issuanceRows(
  itemIds: ReadonlyMap<string, string>,
  issuanceIds: ReadonlyMap<Shipped, string>,
): TableRows {
  return {
    table: 'item_issuance',
    columns: [
      'item_issuance_id',
      'order_id',
      'order_item_seq_id',
      'shipment_id',
      'inventory_item_id',
      'facility_id',
      'product_id',
      'quantity',
      'cancel_quantity',
      'issued_date_time',
    ],
    rows: [...issuanceIds].map(([shipment, issuanceId]) => [
      issuanceId,
      `SO${issuanceId}`,
      '00001',
      `SH${issuanceId}`,
      itemIds.get(keyText(shipment)) ?? null,
      shipment.facilityId,
      shipment.productId,
      shipment.units,
      shipment.cancelled?.units ?? 0,
      instantText(shipment.atMs),
    ]),
  };
}

function postingRows(issuanceIds: ReadonlyMap<Shipped, string>): TableRows {
  const rows = [...issuanceIds].flatMap(([shipment, issuanceId]) =>
    shipment.bookings.map((booking, index): readonly Cell[] => [
      `${issuanceId}-${index + 1}`,
      issuanceId,
      booking.postingType,
      booking.facilityId,
      shipment.productId,
      booking.units,
      booking.responseAtMs === null ? null : `RP${issuanceId}-${index + 1}`,
      instantText(booking.sentAtMs),
      booking.responseAtMs === null ? null : instantText(booking.responseAtMs),
      booking.externalPostedAtMs === null ? null : instantText(booking.externalPostedAtMs),
    ]),
  );
  return {
    table: 'external_inventory_posting',
    columns: [
      'posting_id',
      'item_issuance_id',
      'posting_type',
      'facility_id',
      'product_id',
      'quantity_diff',
      'external_document_id',
      'sent_at',
      'response_at',
      'external_posted_at',
    ],
    rows,
  };
}
