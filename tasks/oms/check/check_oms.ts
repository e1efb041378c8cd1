/** Checks before a night that the OMS meets the sync's requirements. */
import type { Pool } from 'pg';
import type { CheckFinding } from '../../../runner/task.ts';
import { readSql } from '../database/sql.ts';
import { type SharedKey, sharedKeysSentence } from '../freeze/require_one_item.ts';
import { listProducts, type ProductListRequest } from '../products/list.ts';

const SELECT_SHARED_KEYS = readSql(import.meta.url, './select_shared_keys_of.sql');
const NAMED_MAX = 5;

/** Checks the ids of the active products, and how many inventory items each has at a facility. Changes nothing. */
export async function checkOms(pool: Pool, request: ProductListRequest): Promise<readonly CheckFinding[]> {
  const { products, withoutId } = await listProducts(pool, request);
  const { rows } = await pool.query<SharedKey & { total: number }>(SELECT_SHARED_KEYS, [
    products.map(({ productId }) => productId),
    products.map(({ idValue }) => idValue),
    NAMED_MAX,
  ]);
  const [shared] = rows;
  const findings: CheckFinding[] = [
    { verdict: 'ok', found: `${products.length} active products with a ${request.idType}`, fix: null },
  ];
  if (shared !== undefined) {
    findings.push({
      verdict: 'problem',
      found: sharedKeysSentence(rows, shared.total),
      fix: 'merge them in the OMS: the night is refused before it is frozen',
    });
  }
  if (withoutId.length > 0) {
    const named = withoutId.slice(0, NAMED_MAX).join(', ');
    findings.push({
      verdict: 'warning',
      found: `${withoutId.length} active products have no valid ${request.idType}: product ${named}`,
      fix: 'give each a good_identification, or discontinue it: no file can count it',
    });
  }
  return findings;
}
