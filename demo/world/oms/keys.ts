/** Reads the OMS's counts of each key back with the simplest queries. */
import type { Pool } from 'pg';
import { z } from 'zod';
import { keyText } from '../stock_key.ts';

export interface OmsKey {
  readonly facilityId: string;
  /** Sums of the item's details: on hand up to the snapshot, and both totals of all. */
  readonly atSnapshotUnits: number;
  readonly detailOnHandUnits: number;
  readonly detailAvailableUnits: number;
  /** The item's own totals. */
  readonly onHandUnits: number;
  readonly availableUnits: number;
  /** Corrections dated at the snapshot. */
  readonly resetCount: number;
  readonly varianceCount: number;
}

// As text, so that no pool's type parsers matter; units are far below where a double would round them.
const units = z.string().transform(Number);
const rowsSchema = z.array(
  z.object({
    facility_id: z.string(),
    product_id: z.string(),
    on_hand: units,
    available: units,
    at_snapshot: units,
    detail_on_hand: units,
    detail_available: units,
    resets: z.number(),
    variances: z.number(),
  }),
);

/** Returns every inventory item, by `keyText`. */
export async function readOmsKeys(pool: Pool, snapshotAtMs: number): Promise<ReadonlyMap<string, OmsKey>> {
  const { rows } = await pool.query(
    `select i.facility_id, i.product_id,
            i.quantity_on_hand_total::text as on_hand,
            i.available_to_promise_total::text as available,
            coalesce(sum(d.quantity_on_hand_diff) filter (where d.effective_date <= $1), 0)::text as at_snapshot,
            coalesce(sum(d.quantity_on_hand_diff), 0)::text as detail_on_hand,
            coalesce(sum(d.available_to_promise_diff), 0)::text as detail_available,
            (count(*) filter (where d.reason_enum_id = 'VAR_EXT_RESET' and d.effective_date = $1))::integer as resets,
            (count(*) filter (where d.reason_enum_id = 'VAR_INTEGR' and d.effective_date = $1))::integer as variances
       from oms.inventory_item i
       left join oms.inventory_item_detail d using (inventory_item_id)
      group by i.inventory_item_id`,
    [Temporal.Instant.fromEpochMilliseconds(snapshotAtMs).toString()],
  );
  return new Map(
    rowsSchema.parse(rows).map((row) => [
      keyText({ facilityId: row.facility_id, productId: row.product_id }),
      {
        facilityId: row.facility_id,
        atSnapshotUnits: row.at_snapshot,
        detailOnHandUnits: row.detail_on_hand,
        detailAvailableUnits: row.detail_available,
        onHandUnits: row.on_hand,
        availableUnits: row.available,
        resetCount: row.resets,
        varianceCount: row.variances,
      },
    ]),
  );
}
