/** Reads from the OMS what batches changed in the counts. Call it in one read-only transaction. */
import type { PoolClient } from 'pg';
import type { JsonObject } from '../../../runner/task.ts';
import { readSql } from '../database/sql.ts';

const sql = (file: string) => readSql(import.meta.url, file);
const CHANGED_KEYS = sql('./changed_keys.sql');
const SELECT_CHANGES = `${CHANGED_KEYS}${sql('./select/changes.sql')}`;
const SUMMARIZE_CHANGES = `${CHANGED_KEYS}${sql('./select/summary.sql')}`;
const FIND_BATCHES = sql('./find/batches.sql');
const LAST_NIGHT = sql('./last_night.sql');
const SELECT_REJECTS = sql('./select/rejects.sql');
const SELECT_HELD = sql('./select/held.sql');
const FIND_PRODUCT = `${sql('./find/id_types.sql')}${sql('./find/product.sql')}`;
const FIND_FACILITY = sql('./find/facility.sql');

const ROWS_AT_ONCE = 5000;

export interface AppliedBatch {
  readonly batch_id: string;
  readonly kind: 'RESET' | 'VARIANCE' | 'DELTA';
  readonly external_system_id: string;
  readonly business_date: string | null;
  /** Null for a delta. */
  readonly revision: number | null;
  readonly snapshot_at: Temporal.Instant | null;
  /** `<task instance>-<fence>` of the attempt that applied it; the format of the column `attempt_token`. */
  readonly attempt_token: string | null;
  readonly applied_at: Temporal.Instant;
  readonly result: JsonObject;
}

/** Returns the task instance that applied a batch; null if it was not an attempt of this runner. */
export function instanceOf({ attempt_token }: Pick<AppliedBatch, 'attempt_token'>): number | null {
  const [, instanceId] = /^(\d+)-/.exec(attempt_token ?? '') ?? [];
  return instanceId === undefined ? null : Number(instanceId);
}

/**
 * A key that changed, in units. `before` is the count as of the snapshot for a night, and at the time of applying for
 * a delta.
 */
export interface Change {
  readonly facility_id: string;
  readonly sku: string;
  readonly product_id: string;
  readonly before: number;
  readonly reset: number;
  readonly variance: number;
  readonly delta: number;
  readonly after: number;
  readonly diff: number;
}

export interface ReasonTotal {
  readonly reason: 'reset' | 'variance' | 'delta' | 'all';
  readonly keys: number;
  readonly units_up: number;
  readonly units_down: number;
  readonly net_units: number;
}

/** The batches, and which of their keys, that are read. */
export interface Scope {
  readonly batches: readonly AppliedBatch[];
  readonly productId: string | null;
  readonly facilityId: string | null;
}

/** A bounded list of rows with their total number. */
export interface Some<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}

type Reject = Readonly<{ batch_id: string; line: number | null; reason: string }>;
type Held = Readonly<Record<'facility_id' | 'product_id' | 'sku' | 'reason' | 'detail', string>>;

export async function lastNightBatchIds(client: PoolClient): Promise<readonly string[]> {
  const { rows } = await client.query<{ batch_id: string }>(LAST_NIGHT);
  return rows.map(({ batch_id }) => batch_id);
}

export async function findBatches(
  client: PoolClient,
  ids: readonly string[],
): Promise<readonly AppliedBatch[]> {
  return (await client.query<AppliedBatch>(FIND_BATCHES, [ids])).rows;
}

export async function findProductId(client: PoolClient, sku: string): Promise<string | null> {
  return (await client.query<{ product_id: string }>(FIND_PRODUCT, [sku])).rows[0]?.product_id ?? null;
}

export async function findFacilityId(client: PoolClient, id: string): Promise<string | null> {
  return (await client.query<{ facility_id: string }>(FIND_FACILITY, [id])).rows[0]?.facility_id ?? null;
}

export interface ChangesSummary {
  readonly totals: readonly ReasonTotal[];
  /** The changes with most units first. */
  readonly largest: readonly Change[];
  /** Items that had stock before and have none after, those with most stock first. */
  readonly zeroed: Some<Change>;
}

export interface SummaryLimits {
  /** The most rows of the largest changes. */
  readonly largest: number;
  /** The most keys that went to zero; null for all of them. */
  readonly zeroed: number | null;
}

/** Reads totals and lists in one statement, so that the keys are gathered once. */
export async function summarizeChanges(
  client: PoolClient,
  scope: Scope,
  limits: SummaryLimits,
): Promise<ChangesSummary> {
  interface Row extends Pick<ChangesSummary, 'totals' | 'largest'> {
    readonly zeroed: readonly Change[];
    readonly zeroed_total: number;
  }
  const values = [...parameters(scope), limits.largest, limits.zeroed];
  const { rows } = await client.query<Row>(SUMMARIZE_CHANGES, values);
  return {
    totals: rows[0]?.totals ?? [],
    largest: rows[0]?.largest ?? [],
    zeroed: { rows: rows[0]?.zeroed ?? [], total: rows[0]?.zeroed_total ?? 0 },
  };
}

/** Yields the changes, largest first, some thousand at a time, so that memory does not grow with their number. */
export async function* changesOf(client: PoolClient, scope: Scope): AsyncGenerator<readonly Change[]> {
  await client.query(`declare changes no scroll cursor for ${SELECT_CHANGES}`, parameters(scope));
  for (;;) {
    const { rows } = await client.query<Change>(`fetch ${ROWS_AT_ONCE} from changes`);
    if (rows.length === 0) break;
    yield rows;
  }
  await client.query('close changes');
}

export async function rejectsOf(client: PoolClient, scope: Scope, limit: number): Promise<Some<Reject>> {
  const ids = scope.batches.map(({ batch_id }) => batch_id);
  const { rows } = await client.query<Reject & { total: number }>(SELECT_REJECTS, [ids, limit]);
  return { rows: rows.map(({ total: _, ...row }) => row), total: rows[0]?.total ?? 0 };
}

export async function heldOutKeysOf(client: PoolClient, scope: Scope, limit: number): Promise<Some<Held>> {
  const night = scope.batches.find(({ business_date }) => business_date !== null);
  if (night === undefined) return { rows: [], total: 0 };
  const { rows } = await client.query<Held & { total: number }>(SELECT_HELD, [
    night.external_system_id,
    night.business_date,
    scope.productId,
    scope.facilityId,
    limit,
    night.revision,
  ]);
  return { rows: rows.map(({ total: _, ...row }) => row), total: rows[0]?.total ?? 0 };
}

function parameters({ batches, productId, facilityId }: Scope) {
  const idOf = (kind: AppliedBatch['kind']) => batches.find((batch) => batch.kind === kind)?.batch_id ?? null;
  const deltas = batches.filter(({ kind }) => kind === 'DELTA').map(({ batch_id }) => batch_id);
  return [idOf('RESET'), idOf('VARIANCE'), deltas, productId, facilityId];
}
