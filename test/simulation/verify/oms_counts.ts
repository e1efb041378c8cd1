/** Reads the OMS's counts with the simplest queries. */
import type { Pool } from 'pg';
import { z } from 'zod';
import { instantText } from '../../../demo/world/oms/table_rows.ts';
import { keyText } from '../../../demo/world/stock_key.ts';
import type { Count } from './expected_counts.ts';

export interface OmsCount extends Count {
  /** Corrections dated at the snapshot. */
  readonly resets: number;
  readonly variances: number;
}

const units = z.string().transform(Number);
const rowsSchema = z.array(
  z.object({
    facility_id: z.string(),
    product_id: z.string(),
    on_hand: units,
    available: units,
    at_snapshot: units,
    resets: z.number(),
    variances: z.number(),
  }),
);

/**
 * Reads every inventory item, by `keyText`.
 * @param snapshots each facility's snapshot, by its id
 */
export async function readOmsCounts(
  pool: Pool,
  snapshots: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, OmsCount>> {
  const { rows } = await pool.query(
    `select i.facility_id, i.product_id,
            i.quantity_on_hand_total::text as on_hand,
            i.available_to_promise_total::text as available,
            coalesce(sum(d.quantity_on_hand_diff) filter (where d.effective_date <= s.at), 0)::text as at_snapshot,
            (count(*) filter (where d.reason_enum_id = 'VAR_EXT_RESET' and d.effective_date = s.at))::integer as resets,
            (count(*) filter (where d.reason_enum_id = 'VAR_INTEGR' and d.effective_date = s.at))::integer as variances
       from oms.inventory_item i
       join unnest($1::text[], $2::timestamptz[]) as s (facility_id, at) using (facility_id)
       left join oms.inventory_item_detail d using (inventory_item_id)
      group by i.inventory_item_id`,
    [[...snapshots.keys()], [...snapshots.values()].map(instantText)],
  );
  return new Map(
    rowsSchema.parse(rows).map((row) => [
      keyText({ facilityId: row.facility_id, productId: row.product_id }),
      {
        atSnapshotUnits: row.at_snapshot,
        onHandUnits: row.on_hand,
        availableUnits: row.available,
        resets: row.resets,
        variances: row.variances,
      },
    ]),
  );
}

const batchRows = z.array(z.object({ kind: z.string(), batches: z.number() }));

/** Returns the number of batches ever applied, by kind. */
export async function countBatches(pool: Pool): Promise<Record<'RESET' | 'VARIANCE', number>> {
  const { rows } = await pool.query(
    'select kind, count(*)::integer as batches from oms.inventory_sync_batch group by kind',
  );
  const of = new Map(batchRows.parse(rows).map(({ kind, batches }) => [kind, batches]));
  return { RESET: of.get('RESET') ?? 0, VARIANCE: of.get('VARIANCE') ?? 0 };
}

/** Returns whether the OMS knows of a key whose count Retail Pro changed between two instants. */
export async function isKnownToHaveMoved(
  pool: Pool,
  { afterMs, untilMs }: { readonly afterMs: number; readonly untilMs: number },
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select facility_id, product_id from oms.external_inventory_posting
      where external_posted_at > $1 and external_posted_at <= $2
        and product_id in (select product_id from oms.shopify_shop_product)
      group by facility_id, product_id having sum(quantity_diff) <> 0 limit 1`,
    [instantText(afterMs), instantText(untilMs)],
  );
  return (rowCount ?? 0) > 0;
}
