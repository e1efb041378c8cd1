import type { Pool, PoolClient } from 'pg';
import {
  type Change,
  heldOutKeysOf,
  type ReasonTotal,
  rejectsOf,
  type Scope,
  type Some,
  sumChanges,
  zeroed,
} from '../oms/changes/read_changes.ts';
import { type FilterRejects, filterRejectsOf } from './filter_rejects.ts';
import { type LeftBehind, leftBehind } from './left_behind.ts';

/** The report without the single changes, of which there may be a million. */
export interface ChangesReport extends LeftBehind {
  readonly scope: Scope;
  readonly totals: readonly ReasonTotal[];
  /** Rows that repeated an earlier row exactly. */
  readonly collapsed: number;
  readonly zeroOrBelow: Some<Change>;
  readonly rejected: Awaited<ReturnType<typeof rejectsOf>>;
  readonly filterRejected: FilterRejects;
  readonly held: Awaited<ReturnType<typeof heldOutKeysOf>>;
}

export interface ReportLimits {
  /** The most rows of each list. */
  readonly listed: number;
  /** The most keys that went to zero; null for all of them. */
  readonly zeroed: number | null;
}

/**
 * Reads the report.
 * @param pool the runner's database, which keeps the rows that its filter rejected
 * @throws RejectsReplaced
 */
export async function readChangesReport(
  { pool, client }: { readonly pool: Pool; readonly client: PoolClient },
  scope: Scope,
  limits: ReportLimits,
): Promise<ChangesReport> {
  const { listed } = limits;
  return {
    scope,
    totals: await sumChanges(client, scope),
    collapsed: scope.batches.reduce((sum, { result }) => sum + numberOf(result.collapsed), 0),
    zeroOrBelow: await zeroed(client, scope, limits.zeroed),
    rejected: await rejectsOf(client, scope, listed),
    filterRejected: await filterRejectsOf(pool, scope.batches, listed),
    held: await heldOutKeysOf(client, scope, listed),
    ...leftBehind(scope.batches),
  };
}

/** Returns how many keys changed. */
export function changedKeys({ totals }: Pick<ChangesReport, 'totals'>): number {
  return totals.find(({ reason }) => reason === 'all')?.keys ?? 0;
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
