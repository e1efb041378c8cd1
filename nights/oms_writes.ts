/** How the OMS records what happens: each write with its instant, touching one inventory item at most. */
import type { Pool, PoolClient } from 'pg';
import { type LedgerEntry, omsLedger } from '../demo/world/oms_ledger.ts';
import type { StockKey } from '../demo/world/stock_key.ts';
import { instantText } from '../demo/world/table_rows.ts';
import { withTransaction } from '../runner/connections/postgres.ts';
import type { Happening, NightBooking, NightShipment } from './happening.ts';

export interface OmsWrite {
  readonly atMs: number;
  /** For what is learnt of a posting: when it was sent. Null for what moves stock. */
  readonly learntOfSentAtMs: number | null;
  apply(pool: Pool): Promise<void>;
}

/** In the order of their instants. */
export function writesOf(happenings: readonly Happening[]): readonly OmsWrite[] {
  const writes = happenings.flatMap((happening) => [
    ...omsLedger([happening]).map((entry) => ledgerWrite(entry, happening)),
    ...(happening.kind === 'shipped'
      ? happening.bookings.flatMap((booking) => postingWrites(happening, booking))
      : []),
  ]);
  return writes.toSorted((one, other) => one.atMs - other.atMs);
}

let detailCount = 0;

function ledgerWrite(entry: LedgerEntry, happening: Happening): OmsWrite {
  const shipment = happening.kind === 'shipped' ? happening : null;
  return {
    atMs: entry.createdAtMs,
    learntOfSentAtMs: null,
    apply: (pool) =>
      withTransaction(pool, async (tx) => {
        const itemId = await ensureItem(tx, entry);
        if (shipment !== null && entry.cause === 'issuance') await issue(tx, shipment, itemId);
        if (shipment !== null && entry.cause === 'issuance_cancelled') {
          await tx.query(
            'update oms.item_issuance set cancel_quantity = cancel_quantity + $2 where item_issuance_id = $1',
            [shipment.issuanceId, entry.onHandUnits],
          );
        }
        detailCount += 1;
        await tx.query(
          `insert into oms.inventory_item_detail (inventory_item_id, inventory_item_detail_seq_id, effective_date,
                  quantity_on_hand_diff, available_to_promise_diff, item_issuance_id)
           values ($1, $2, $3, $4, $5, $6)`,
          [
            itemId,
            `N${detailCount}`,
            instantText(entry.effectiveAtMs),
            entry.onHandUnits,
            entry.availableUnits,
            entry.shipment === null ? null : (shipment?.issuanceId ?? null),
          ],
        );
      }),
  };
}

/** The reset may have made it, under an id of its own. */
async function ensureItem(tx: PoolClient, { facilityId, productId }: StockKey): Promise<string> {
  await tx.query(
    `insert into oms.inventory_item (inventory_item_id, product_id, facility_id) values ($1, $2, $3)
     on conflict (product_id, facility_id) do nothing`,
    [`${facilityId}/${productId}`, productId, facilityId],
  );
  const { rows } = await tx.query<{ inventory_item_id: string }>(
    'select inventory_item_id from oms.inventory_item where product_id = $1 and facility_id = $2',
    [productId, facilityId],
  );
  const itemId = rows[0]?.inventory_item_id;
  if (itemId === undefined) throw new Error(`no inventory item of ${facilityId}/${productId}`);
  return itemId;
}

async function issue(tx: PoolClient, shipment: NightShipment, itemId: string): Promise<void> {
  const { issuanceId, facilityId, productId, units, atMs } = shipment;
  await tx.query(
    `insert into oms.item_issuance (item_issuance_id, order_id, inventory_item_id, facility_id, product_id, quantity,
                                    issued_date_time)
     values ($1, 'SO' || $1, $2, $3, $4, $5, $6)`,
    [issuanceId, itemId, facilityId, productId, units, instantText(atMs)],
  );
}

function postingWrites(shipment: NightShipment, booking: NightBooking): readonly OmsWrite[] {
  const { postingId, postingType, facilityId, units, sentAtMs } = booking;
  const sent: OmsWrite = {
    atMs: sentAtMs,
    learntOfSentAtMs: sentAtMs,
    async apply(pool) {
      await pool.query(
        `insert into oms.external_inventory_posting (posting_id, item_issuance_id, posting_type, facility_id, product_id,
                                                     quantity_diff, sent_at)
         values ($1, $2, $3, $4, $5, $6, $7)`,
        [
          postingId,
          shipment.issuanceId,
          postingType,
          facilityId,
          shipment.productId,
          units,
          instantText(sentAtMs),
        ],
      );
    },
  };
  const learnt = (atMs: number | null, statement: string, instantMs: number | null): readonly OmsWrite[] => {
    if (atMs === null) return [];
    const values = instantMs === null ? [postingId] : [postingId, instantText(instantMs)];
    return [
      {
        atMs,
        learntOfSentAtMs: sentAtMs,
        async apply(pool) {
          await pool.query(statement, values);
        },
      },
    ];
  };
  const setting = (column: 'response_at' | 'external_posted_at') =>
    `update oms.external_inventory_posting set ${column} = $2 where posting_id = $1`;
  return [
    sent,
    ...learnt(booking.responseAtMs, setting('response_at'), booking.responseAtMs),
    ...learnt(booking.toldAtMs, setting('external_posted_at'), booking.externalPostedAtMs),
    ...learnt(
      booking.withdrawnAtMs,
      'delete from oms.external_inventory_posting where posting_id = $1',
      null,
    ),
  ];
}
