import type { PoolClient } from 'pg';
import type { JsonObject } from '../../../../runner/task.ts';
import { readSql } from '../../database/sql.ts';
import { type Revision, revisionKey } from '../../night.ts';
import { findBatch, insertBatch, recordResult } from '../batch/batch.ts';
import { changeFigures } from '../figures/change_figures.ts';
import { postChanges } from '../post/post_changes.ts';

const PLAN_SETTLEMENT = readSql(import.meta.url, './plan_settlement.sql');

/**
 * Settles the unapplied variance of the revision that this reset supersedes, in the reset's own transaction, so that
 * it can never be applied later: keys that the new file sets no longer need it, and the others get it now. Replaces
 * the rows of `sync_change`.
 *
 * @returns what was posted for it; null if it had been applied
 */
export async function settleSuperseded(
  client: PoolClient,
  night: Revision,
  resetBatchId: string,
): Promise<JsonObject | null> {
  const superseded = { ...night, revision: night.revision - 1 };
  const reset = await findBatch(client, 'RESET', superseded);
  if (reset === null) throw new Error(`revision ${night.revision} supersedes one that is not applied`);
  if ((await findBatch(client, 'VARIANCE', superseded)) !== null) return null;
  await client.query('truncate sync_change');
  const { rowCount } = await client.query(PLAN_SETTLEMENT, [
    ...revisionKey(superseded),
    reset.batchId,
    resetBatchId,
  ]);
  const batchId = await insertBatch(client, superseded, {
    kind: 'VARIANCE',
    snapshotAt: reset.snapshotAt,
    fileSha256: null,
    rows: rowCount ?? 0,
    attemptToken: null,
  });
  const figures = await changeFigures(client);
  await postChanges(client, { batchId, reason: 'VAR_INTEGR', changedKeys: figures.changed_keys });
  const { keys, units, net_units } = figures;
  await recordResult(client, batchId, { keys, units, net_units, settled_by: resetBatchId });
  return { batch_id: batchId, keys, units, net_units };
}
