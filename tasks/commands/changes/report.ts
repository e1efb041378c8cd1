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

/** Everything but the single changes, of which there may be a million. */
export interface ChangesReport extends LeftBehind {
  readonly scope: Scope;
  readonly totals: readonly ReasonTotal[];
  /** Repeats of a row that said the same. */
  readonly collapsed: number;
  readonly zeroOrBelow: readonly Change[];
  readonly rejected: Awaited<ReturnType<typeof rejectsOf>>;
  readonly filterRejected: FilterRejects;
  readonly held: Awaited<ReturnType<typeof heldOutKeysOf>>;
}

/** Lists in JSON are whole, as far as anybody reads them. */
const LISTED_MAX = 10_000;

/** @param pool of the runner, which kept what its filter rejected */
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
