import type { Pool, PoolClient } from 'pg';
import type { OutputFormat } from '../../../runner/command.ts';
import {
  type Change,
  heldOutKeysOf,
  type ReasonTotal,
  rejectsOf,
  type Scope,
  sumChanges,
  zeroed,
} from '../../oms/changes/read_changes.ts';
import { type FilterRejects, filterRejectsOf } from './filter_rejects.ts';
import { type LeftBehind, leftBehind } from './left_behind.ts';

/** The report without the single changes, of which there may be a million. */
export interface ChangesReport extends LeftBehind {
  readonly scope: Scope;
  readonly totals: readonly ReasonTotal[];
  /** Rows that repeated an earlier row exactly. */
  readonly collapsed: number;
  readonly zeroOrBelow: readonly Change[];
  readonly rejected: Awaited<ReturnType<typeof rejectsOf>>;
  readonly filterRejected: FilterRejects;
  readonly held: Awaited<ReturnType<typeof heldOutKeysOf>>;
}

/** Upper bound of the lists in JSON output. */
const LISTED_MAX = 10_000;

/**
 * Reads the report.
 * @param pool the runner's database, which keeps the rows that its filter rejected
 */
export async function readChangesReport(
  { pool, client }: { readonly pool: Pool; readonly client: PoolClient },
  scope: Scope,
  { limit, output }: { readonly limit: number; readonly output: OutputFormat },
): Promise<ChangesReport> {
  const listed = output === 'table' ? limit : LISTED_MAX;
  const totals = await sumChanges(client, scope);
  return {
    scope,
    totals,
    collapsed: scope.batches.reduce((sum, { result }) => sum + numberOf(result.collapsed), 0),
    zeroOrBelow: await zeroed(client, scope),
    rejected: await rejectsOf(client, scope, listed),
    filterRejected: await filterRejectsOf(pool, scope.batches, listed),
    held: await heldOutKeysOf(client, scope, listed),
    ...leftBehind(scope.batches),
  };
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
