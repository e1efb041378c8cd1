import type { PoolClient } from 'pg';
import { readSql } from '../sql.ts';

const sql = (file: string) => readSql(import.meta.url, file);
const STATEMENTS = {
  counts: sql('./post_counts.sql'),
  variances: sql('./post_variances.sql'),
  details: sql('./post_details.sql'),
};

export type Reason = 'VAR_EXT_RESET' | 'VAR_INTEGR';

/** Posts every change in `sync_change` that is not 0 to the ledger, as OFBiz posts a physical inventory. */
export async function postChanges(client: PoolClient, batchId: string, reason: Reason): Promise<void> {
  await client.query(STATEMENTS.counts, [batchId]);
  await client.query(STATEMENTS.variances, [batchId, reason]);
  await client.query(STATEMENTS.details, [batchId, reason]);
}
