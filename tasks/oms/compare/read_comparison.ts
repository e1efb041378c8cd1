/** Sets what another process made of the counts beside what a shadow night would have made of them. */
import type { PoolClient } from 'pg';
import { readSql } from '../database/sql.ts';
import type { Night } from '../night.ts';
import { type Copying, readCounts, setScope } from '../shadow/read/read_oms.ts';
import { scopeOfNight } from '../shadow/scope.ts';

const sql = (file: string) => readSql(import.meta.url, file);
const COMPARED_TABLE = sql('./compared_table.sql');
const COMPARE_KEYS = sql('./compare_keys.sql');
const SELECT_DIFFERENCES =
  'select * from compared_key where difference <> 0 order by abs(difference) desc, facility_id collate "C", product_id collate "C"';
const COUNT_KEYS =
  'select count(*)::integer as keys, count(*) filter (where is_set)::integer as set_keys from compared_key';
const ROWS_AT_ONCE = 5_000;

/** A key, in units. The causes say how much each would make their count exceed ours. */
export interface ComparedRow {
  readonly facility_id: string;
  readonly sku: string;
  readonly product_id: string;
  readonly theirs: number;
  readonly ours: number;
  readonly posted: number;
  readonly reset: number;
  readonly variance: number;
  readonly difference: number;
  readonly is_covered: boolean;
  readonly held: string | null;
  readonly is_set: boolean;
  readonly sale_undone: number;
  readonly shipment_undone: number;
  readonly wrong_store: number;
  readonly unacknowledged: number;
}

export interface ComparisonRequest {
  readonly night: Night;
  /** The reasons (`reason_enum_id`) under which the other process sets counts, and corrects them. */
  readonly resetReasons: readonly string[];
  readonly varianceReasons: readonly string[];
  /** Details dated later do not count. */
  readonly until: Temporal.Instant;
}

export interface ComparedCounts {
  /** Keys that either process has set, or that ours held out. */
  readonly keys: number;
  /** The number of these keys that the other process has set. */
  readonly set_keys: number;
}

/**
 * Compares every key of the night, and leaves the result for `differencesOf`.
 * @param copying.mirror the mirror of the shadow night's state
 */
export async function compareKeys(
  copying: Copying,
  { night, resetReasons, varianceReasons, until }: ComparisonRequest,
): Promise<ComparedCounts> {
  const { mirror, oms } = copying;
  await setScope(oms, { night, ...(await scopeOfNight(mirror, { night, productIds: [], snapshots: [] })) });
  await readCounts(copying, 'comparison');
  await mirror.query('analyze pg_temp.inventory_item, pg_temp.inventory_item_detail');
  await mirror.query(COMPARED_TABLE);
  const { externalSystemId, businessDate } = night;
  await mirror.query(COMPARE_KEYS, [externalSystemId, businessDate, resetReasons, varianceReasons, until]);
  const { rows } = await mirror.query<ComparedCounts>(COUNT_KEYS);
  return rows[0] ?? { keys: 0, set_keys: 0 };
}

/** Yields the keys on which the two differ, the largest difference first, some thousand at a time. */
export async function* differencesOf(mirror: PoolClient): AsyncGenerator<readonly ComparedRow[]> {
  await mirror.query(`declare differences no scroll cursor for ${SELECT_DIFFERENCES}`);
  for (;;) {
    const { rows } = await mirror.query<ComparedRow>(`fetch ${ROWS_AT_ONCE} from differences`);
    if (rows.length === 0) break;
    yield rows;
  }
  await mirror.query('close differences');
}
