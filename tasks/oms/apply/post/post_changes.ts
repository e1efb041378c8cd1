import type { PoolClient } from 'pg';
import { readSql } from '../../database/sql.ts';

const sql = (file: string) => readSql(import.meta.url, file);
const STATEMENTS = {
  counts: sql('./counts.sql'),
  variances: sql('./variances.sql'),
  details: sql('./details.sql'),
};
const PLAN_FOR_MANY = sql('../stage/plan_for_many.sql');
const PLAN_FOR_FEW = sql('../stage/plan_for_few.sql');

export type Reason = 'VAR_EXT_RESET' | 'VAR_INTEGR';

/** From this many changes on, a scan of the items costs less than an index lookup for each. */
const MANY_CHANGES = 50_000;

/**
 * Posts every non-zero change in `sync_change` to the ledger, as OFBiz posts a physical inventory (PhysicalInventory,
 * InventoryItemVariance, InventoryItemDetail).
 * @param changedKeys the number of those changes
 */
export async function postChanges(
  client: PoolClient,
  {
    batchId,
    reason,
    changedKeys,
  }: { readonly batchId: string; readonly reason: Reason; readonly changedKeys: number },
): Promise<void> {
  await client.query(STATEMENTS.counts, [batchId]);
  await client.query(STATEMENTS.variances, [batchId, reason]);
  const isMany = changedKeys >= MANY_CHANGES;
  if (isMany) await client.query(PLAN_FOR_MANY);
  await client.query(STATEMENTS.details, [batchId, reason]);
  if (isMany) await client.query(PLAN_FOR_FEW);
}
