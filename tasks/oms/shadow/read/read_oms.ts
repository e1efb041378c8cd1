/** Copies the rows of an OMS that a night looks at into the mirror. It needs the right to select, and nothing else. */
import { pipeline } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { readSql } from '../../database/sql.ts';
import type { Night } from '../../night.ts';
import { hasSyncTables } from '../applied_history.ts';
import { columnList, mirroredTable } from '../mirror/tables.ts';

const sql = (file: string) => readSql(import.meta.url, file);
const SET_SCOPE = sql('./set_scope.sql');

interface Read {
  /** The mirror's table. */
  readonly table: string;
  readonly select: string;
}

const read = (table: string, file: string): Read => ({ table, select: sql(`./${file}.sql`) });

/** The sync's own tables: what it has applied. */
const APPLIED: readonly Read[] = [
  read('inventory_sync_batch', 'batch'),
  read('inventory_sync_freeze', 'freeze'),
  read('inventory_sync_expectation', 'expectation'),
  read('inventory_sync_held_key', 'held_key'),
  read('external_inventory_reset', 'reset_key'),
  read('physical_inventory', 'physical_inventory'),
];

const ITEMS: readonly Read[] = [
  read('inventory_item', 'item'),
  read('inventory_item_detail', 'recent_details'),
];
const COUNTS: readonly Read[] = [read('facility', 'facility'), ...ITEMS];

/** The tables of the OMS by the purpose for which they are read. */
const READS = {
  freeze: [
    ...COUNTS,
    read('inventory_item_detail', 'shipment_details'),
    read('item_issuance', 'issuance'),
    read('external_inventory_posting', 'posting'),
  ],
  apply: COUNTS,
  comparison: ITEMS,
  proof: [...COUNTS, read('inventory_item_detail', 'older_details')],
} as const satisfies Readonly<Record<string, readonly Read[]>>;
export type ReadPurpose = keyof typeof READS;

/** The sessions between which rows are copied. */
export interface Copying {
  readonly oms: PoolClient;
  readonly mirror: PoolClient;
  readonly signal: AbortSignal;
}

export interface ReadScope {
  readonly night: Night;
  readonly productIds: readonly string[];
  /** Single details are read after this instant. */
  readonly since: Temporal.Instant | null;
}

/** Bounds the reads of a session, until the end of its transaction. */
export async function setScope(client: PoolClient, { night, productIds, since }: ReadScope): Promise<void> {
  const { externalSystemId, businessDate } = night;
  await client.query(SET_SCOPE, [productIds, since ?? 'infinity', externalSystemId, businessDate]);
}

/** Reads what the sync has applied. An OMS on which it has never worked has no such tables, and so no such night. */
export async function readApplied(copying: Copying): Promise<void> {
  if (!(await hasSyncTables(copying.oms))) return;
  for (const one of APPLIED) await copyRows(copying, one);
}

export async function readCounts(copying: Copying, purpose: ReadPurpose): Promise<void> {
  for (const one of READS[purpose]) await copyRows(copying, one);
}

async function copyRows({ oms, mirror, signal }: Copying, { table, select }: Read): Promise<void> {
  const into = `copy pg_temp.${table} (${columnList(mirroredTable(table))}) from stdin`;
  await pipeline(oms.query(copyTo(`copy (${select}) to stdout`)), mirror.query(copyFrom(into)), { signal });
}
