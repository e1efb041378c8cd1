/** Compares a shadow run with what another process made of the same night. */
import type { Pool } from 'pg';
import type { DagRun } from '../../runner/history.ts';
import {
  DIFFERENCE_REASONS,
  type DifferenceReason,
  type Part,
  reasonsOf,
} from '../inventory/compare/reasons.ts';
import { type ComparedRow, compareKeys, differencesOf } from '../oms/compare/read_comparison.ts';
import { readOnly } from '../oms/schema/read_only.ts';
import { readShadow, type ShadowRun } from './shadow_run.ts';

export interface Difference extends ComparedRow {
  /** They add up to the difference. */
  readonly reasons: readonly Part[];
}

export interface ReasonTotal {
  readonly reason: DifferenceReason | 'all';
  readonly keys: number;
  /** Sum of the absolute parts. */
  readonly units: number;
  /** Sum of the signed parts: positive where their counts are higher than ours. */
  readonly net_units: number;
}

export interface Comparison {
  readonly run: DagRun;
  readonly snapshotAt: Temporal.Instant;
  /** Details dated later do not count. */
  readonly until: Temporal.Instant;
  /** Keys that either has set, or that ours held out. */
  readonly keys: number;
  /** The number of these keys that the other process has set. */
  readonly setKeys: number;
  /** Largest first. */
  readonly differences: readonly Difference[];
  /** One for each reason that occurs, and one for all. */
  readonly totals: readonly ReasonTotal[];
}

/** A night's postings come within a day of its snapshot, and before those of the next. */
const WITHIN_HOURS = 24;

export interface ComparedReasons {
  readonly resetReasons: readonly string[];
  readonly varianceReasons: readonly string[];
}

export interface CompareRequest {
  readonly shadow: ShadowRun;
  readonly reasons: ComparedReasons;
  /** The present instant: a night that is not over is compared up to it. */
  readonly now: Temporal.Instant;
}

/** Returns null for a run that foretold no change. @throws ShadowReplaced */
export async function compareRun(
  { pool, oms }: { readonly pool: Pool; readonly oms: Pool },
  { shadow: { run, state }, reasons, now }: CompareRequest,
): Promise<Comparison | null> {
  if (state === null) return null;
  await using reading = await readShadow(pool, { run, state });
  const { client: mirror, batches } = reading;
  const reset = batches.find(({ kind }) => kind === 'RESET');
  if (reset?.snapshot_at == null || reset.business_date === null) return null;
  const snapshotAt = reset.snapshot_at;
  const end = snapshotAt.add({ hours: WITHIN_HOURS });
  const until = Temporal.Instant.compare(now, end) < 0 ? now : end;
  const night = { externalSystemId: reset.external_system_id, businessDate: reset.business_date };
  const signal = new AbortController().signal;
  const counts = await readOnly(oms, (session) =>
    compareKeys({ oms: session, mirror, signal }, { night, until, ...reasons }),
  );
  const differences: Difference[] = [];
  for await (const rows of differencesOf(mirror)) differences.push(...rows.map(withReasons));
  return {
    run,
    snapshotAt,
    until,
    keys: counts.keys,
    setKeys: counts.set_keys,
    differences,
    totals: totalsOf(differences),
  };
}

function withReasons(row: ComparedRow): Difference {
  const { difference, is_covered: isCovered, held, is_set: isSet } = row;
  const { sale_undone, shipment_undone, wrong_store, unacknowledged } = row;
  const causes = { sale_undone, shipment_undone, wrong_store, unacknowledged };
  return { ...row, reasons: reasonsOf({ difference, isCovered, held, isSet, causes }) };
}

/** Returns the totals of some differences, in the order of the reasons, with that of all at the end. */
export function totalsOf(
  differences: readonly Pick<Difference, 'difference' | 'reasons'>[],
): readonly ReasonTotal[] {
  const parts = Map.groupBy(
    differences.flatMap(({ reasons }) => reasons),
    ({ reason }) => reason,
  );
  const byReason = DIFFERENCE_REASONS.flatMap((reason) => {
    const of = parts.get(reason);
    return of === undefined ? [] : [totalOf(reason, of)];
  });
  const all = totalOf(
    'all',
    differences.map(({ difference }) => ({ units: difference })),
  );
  return [...byReason, all];
}

function totalOf(reason: ReasonTotal['reason'], parts: readonly Pick<Part, 'units'>[]): ReasonTotal {
  return {
    reason,
    keys: parts.length,
    units: parts.reduce((sum, { units }) => sum + Math.abs(units), 0),
    net_units: parts.reduce((sum, { units }) => sum + units, 0),
  };
}
