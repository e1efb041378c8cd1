import type { Pool, PoolClient } from 'pg';
import type { TaskContext } from '../../../runner/task.ts';
import { inTransaction, type TransactionOptions } from '../database/transaction.ts';
import { inShadow, type ShadowWork } from './in_shadow.ts';

/**
 * Runs a part of a night on the OMS: in one transaction that commits or, in a shadow run, in a mirror of it. `work` is the same, and
 * does not know which.
 */
export async function onOms<T>(
  context: TaskContext<unknown>,
  oms: Pool,
  { isolation, shadow }: Pick<TransactionOptions, 'isolation'> & { readonly shadow: ShadowWork },
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  return context.run.mode === 'shadow'
    ? await inShadow(context, oms, shadow, work)
    : await inTransaction(oms, { isolation, signal: context.signal }, work);
}
