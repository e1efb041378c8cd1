import type { PoolClient } from 'pg';
import { FailTask } from '../../../runner/task.ts';
import { readSql } from '../database/sql.ts';

const SELECT_SHARED_KEYS = readSql(import.meta.url, './select/shared_keys.sql');
const NAMED_MAX = 5;

export interface SharedKey {
  readonly facility_id: string;
  readonly product_id: string;
  readonly sku: string;
  readonly item_ids: readonly string[];
}

/** Formats the message for an OMS with several inventory items for one key. */
export function sharedKeysSentence(keys: readonly SharedKey[], total: number): string {
  const named = keys.slice(0, NAMED_MAX).map(({ sku, product_id, facility_id, item_ids }) => {
    const items = item_ids.slice(0, 3).join(', ');
    return `${sku} (product ${product_id}) at ${facility_id}: items ${items}${item_ids.length > 3 ? ', ...' : ''}`;
  });
  const more = total > named.length ? `; and ${total - named.length} more` : '';
  return (
    `${total} ${total === 1 ? 'count has' : 'counts have'} several inventory items, and a file has one count for them: ` +
    `${named.join('; ')}${more}; merge the items of each, or show the sync one of them by a view`
  );
}

/**
 * Requires one inventory item a key, before anything is written.
 * @throws FailTask if a frozen product has more than one inventory item at a facility
 */
export async function requireOneItem(client: PoolClient): Promise<void> {
  const { rows } = await client.query<SharedKey & { total: number }>(SELECT_SHARED_KEYS, [NAMED_MAX]);
  const [first] = rows;
  if (first !== undefined) throw new FailTask(sharedKeysSentence(rows, first.total));
}
