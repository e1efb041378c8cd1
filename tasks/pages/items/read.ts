/** Reads everything that the page on an item shows. */
import type { Pool, PoolClient } from 'pg';
import { type DagRun, findRun, pathsRead, runOfInstance } from '../../../runner/history.ts';
import { filterRejectsWhere } from '../../changes/filter_rejects.ts';
import { instanceOf } from '../../oms/changes/read_changes.ts';
import {
  type AppliedNight,
  appliedNights,
  deltasOf,
  historyOf,
  type ItemDelta,
  type ItemNight,
  type Product,
  rejectsNaming,
  type StockList,
  stockOf,
} from '../../oms/items/read_item.ts';

/** How far back the newest change is looked for. */
const NIGHTS_BACK = 400;
const MOST_FACILITIES = 50;
const NIGHTS_SHOWN = 30;
const MOST_ROWS = 600;
const MOST_REJECTS = 100;
const MOST_DELTAS = 50;
/** A night with more rejects was a bad one, and its file is not searched for one item. */
const MOST_REJECT_BYTES = 1 << 20;
/** Up to so many facilities, the nights show counts that were right already too. */
const FEW_FACILITIES = 5;

export interface AskedItem {
  readonly product: Product;
  readonly facilityId: string | null;
  /** Only nights that were applied before it; null for the newest. */
  readonly before: Temporal.Instant | null;
  /** Null leaves the choice to the number of facilities. */
  readonly rows: 'all' | 'happened' | null;
}

/** An applied night, and the run of this runner that applied it; null for a run of another. */
export interface NightOfRun extends AppliedNight {
  readonly runId: number | null;
  /** The facts of its file, as this runner read it; null where another did. */
  readonly filePath: string | null;
}

export interface NamedReject {
  readonly night: NightOfRun;
  readonly by: 'filter' | 'OMS';
  readonly line: string;
  readonly reason: string;
  readonly raw: string;
}

export interface ItemReport {
  readonly stock: StockList;
  readonly nights: readonly NightOfRun[];
  /** Whether there are older nights. */
  readonly hasOlder: boolean;
  readonly history: { readonly rows: readonly ItemNight[]; readonly total: number };
  readonly rows: 'all' | 'happened';
  readonly rejects: readonly NamedReject[];
  /** Nights whose rejected rows are too many to be searched. */
  readonly notSearched: readonly NightOfRun[];
  readonly deltas: readonly ItemDelta[];
  /** The newest run among the nights, whose zone is that of the page. */
  readonly newestRun: DagRun | null;
}

/** @throws RejectsReplaced */
export async function readItem(
  { pool, client }: { readonly pool: Pool; readonly client: PoolClient },
  { product, facilityId, before, rows: asked }: AskedItem,
): Promise<ItemReport> {
  const place = { productId: product.product_id, facilityId };
  const stock = await stockOf(client, place, { nightsBack: NIGHTS_BACK, limit: MOST_FACILITIES });
  const found = await appliedNights(client, before, NIGHTS_SHOWN + 1);
  const nights = await withRuns(pool, found.slice(0, NIGHTS_SHOWN));
  const batchIds = nights.map(({ batch_id }) => batch_id);
  const rows = asked ?? (stock.total <= FEW_FACILITIES ? 'all' : 'happened');
  const history = await historyOf(client, { ...place, batchIds, rows, limit: MOST_ROWS });
  const byFilter = await filterRejects(pool, nights, product.ids);
  const byOms = await omsRejects(client, nights, product.ids);
  const newest = nights.find(({ runId }) => runId !== null)?.runId ?? null;
  return {
    ...{ stock, nights, history, rows },
    hasOlder: found.length > nights.length,
    rejects: [...byFilter.rejects, ...byOms],
    notSearched: byFilter.notSearched,
    deltas: await deltasOf(client, place, MOST_DELTAS),
    newestRun: newest === null ? null : await findRun(pool, newest),
  };
}

async function withRuns(pool: Pool, nights: readonly AppliedNight[]): Promise<readonly NightOfRun[]> {
  const paths = await pathsRead(pool, [...new Set(nights.flatMap(({ file_sha256 }) => file_sha256 ?? []))]);
  const found: NightOfRun[] = [];
  for (const night of nights) {
    const instanceId = instanceOf(night);
    const runId = instanceId === null ? null : await runOfInstance(pool, instanceId, night.business_date);
    const filePath = night.file_sha256 === null ? null : (paths.get(night.file_sha256) ?? null);
    found.push({ ...night, runId, filePath });
  }
  return found;
}

async function filterRejects(pool: Pool, nights: readonly NightOfRun[], ids: readonly string[]) {
  const rejects: NamedReject[] = [];
  const notSearched: NightOfRun[] = [];
  for (const night of nights) {
    if (night.runId === null) continue;
    const rows = await filterRejectsWhere(pool, night.runId, {
      matches: (raw) => namesOneOf(raw, ids),
      maxBytes: MOST_REJECT_BYTES,
    });
    if (rows === null) notSearched.push(night);
    else
      rejects.push(
        ...rows.map(({ line, reason, raw }) => ({ night, by: 'filter' as const, line, reason, raw })),
      );
  }
  return { rejects: rejects.slice(0, MOST_REJECTS), notSearched };
}

async function omsRejects(
  client: PoolClient,
  nights: readonly NightOfRun[],
  ids: readonly string[],
): Promise<readonly NamedReject[]> {
  const byBatch = new Map(nights.map((night) => [night.batch_id, night]));
  const found = await rejectsNaming(client, [...byBatch.keys()], { ids, limit: MOST_REJECTS });
  return found.flatMap(({ batch_id, line, reason, raw }) => {
    const night = byBatch.get(batch_id);
    if (night === undefined || !namesOneOf(raw, ids)) return [];
    return [{ night, by: 'OMS' as const, line: line === null ? '' : String(line), reason, raw }];
  });
}

/** Returns whether a cell of a row, whatever its delimiter, is one of the ids. */
export function namesOneOf(raw: string, ids: readonly string[]): boolean {
  return ids.some((id) => {
    for (let at = raw.indexOf(id); at >= 0; at = raw.indexOf(id, at + 1)) {
      if (isEdge(raw[at - 1]) && isEdge(raw[at + id.length])) return true;
    }
    return false;
  });
}

function isEdge(character: string | undefined): boolean {
  return character === undefined || /[,;|\t"'\s]/.test(character);
}
