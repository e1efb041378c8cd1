import type { Pool, PoolClient } from 'pg';
import {
  type Change,
  heldOutKeysOf,
  type ReasonTotal,
  rejectsOf,
  type Scope,
  type Some,
  type SummaryLimits,
  summarizeChanges,
} from '../oms/changes/read_changes.ts';
import { type FilterRejects, filterRejectsOf } from './filter_rejects.ts';
import { type LeftBehind, leftBehind } from './left_behind.ts';

/** The report without all the single changes, of which there may be a million. */
export interface ChangesReport extends LeftBehind {
  readonly scope: Scope;
  readonly totals: readonly ReasonTotal[];
  readonly largest: readonly Change[];
  /** Rows that repeated an earlier row exactly. */
  readonly collapsed: number;
  readonly zeroOrBelow: Some<Change>;
  readonly rejected: Awaited<ReturnType<typeof rejectsOf>>;
  readonly filterRejected: FilterRejects;
  readonly held: Awaited<ReturnType<typeof heldOutKeysOf>>;
}

export interface ReportLimits extends SummaryLimits {
  /** The most rows of each list of what was left alone. */
  readonly listed: number;
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
  const { totals, largest, zeroed } = await summarizeChanges(client, scope, limits);
  return {
    scope,
    totals,
    largest,
    collapsed: scope.batches.reduce((sum, { result }) => sum + numberOf(result.collapsed), 0),
    zeroOrBelow: zeroed,
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
