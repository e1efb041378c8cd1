/**
 * The guards that a plausible night passes. Each returns `null`, or why nothing may be changed. A figure exactly at
 * its bound passes.
 */
export interface Tripped {
  readonly guard: string;
  readonly figure: string;
  readonly bound: string;
  /** The message for the operator: figure, bound, and the param that sets it. */
  readonly sentence: string;
}

/** Trips if the file has far fewer rows than the last good night's. `maxDrop` is a share, 0.2 for 20 %. */
export function guardRowDrop(rows: number, lastRows: number | null, maxDrop: number): Tripped | null {
  return guardDrop({
    guard: 'max_row_drop',
    what: 'the file',
    unit: 'rows',
    now: rows,
    last: lastRows,
    maxDrop,
  });
}

/** Trips if a facility of the last good night has far fewer rows, or none; names the worst one. */
export function guardFacilityDrop(
  rows: Readonly<Record<string, number>>,
  lastRows: Readonly<Record<string, number>> | null,
  maxDrop: number,
): Tripped | null {
  return guardByFacility({ guard: 'max_row_drop', unit: 'rows', maxDrop }, rows, lastRows);
}

/** Trips if far fewer rows were kept than on the last good night. */
export function guardKeptDrop(kept: number, lastKept: number | null, maxDrop: number): Tripped | null {
  const unit = 'rows of active products';
  return guardDrop({ ...COVERAGE, what: 'the file', unit, now: kept, last: lastKept, maxDrop });
}

/** Trips if far fewer keys (active product at a facility) are covered than on the last good night. */
export function guardKeyDrop(keys: number, lastKeys: number | null, maxDrop: number): Tripped | null {
  return guardDrop({ ...COVERAGE, what: 'the file', unit: KEYS, now: keys, last: lastKeys, maxDrop });
}

/** Trips if one facility covers far fewer keys than on the last good night; names the worst one. */
export function guardFacilityKeyDrop(
  keys: Readonly<Record<string, number>>,
  lastKeys: Readonly<Record<string, number>> | null,
  maxDrop: number,
): Tripped | null {
  return guardByFacility({ ...COVERAGE, unit: KEYS, maxDrop }, keys, lastKeys);
}

const COVERAGE = { guard: 'max_coverage_drop' } as const;
const KEYS = 'active products with a count';

function guardByFacility(
  bound: Pick<Drop, 'guard' | 'unit' | 'maxDrop'>,
  rows: Readonly<Record<string, number>>,
  lastRows: Readonly<Record<string, number>> | null,
): Tripped | null {
  const tripped = Object.entries(lastRows ?? {})
    .map(([facility, last]) => ({
      facility,
      last,
      now: Object.hasOwn(rows, facility) ? (rows[facility] ?? 0) : 0,
    }))
    .sort((a, b) => drop(b.now, b.last) - drop(a.now, a.last))
    .map(({ facility, last, now }) => guardDrop({ ...bound, what: `facility ${facility}`, now, last }))
    .filter((guard) => guard !== null);
  const [worst] = tripped;
  if (worst === undefined || tripped.length === 1) return worst ?? null;
  return { ...worst, sentence: `${worst.sentence}; and ${tripped.length - 1} more facilities` };
}

/** Trips if no product is sold online, or far fewer than on the last good night. */
export function guardActiveList(count: number, lastCount: number | null, maxDrop: number): Tripped | null {
  if (count === 0) {
    const sentence = 'the active list is empty; at least 1 active product is needed';
    return { guard: 'active_list', figure: '0', bound: '1', sentence };
  }
  return guardDrop({
    guard: 'max_drop',
    what: 'the active list',
    unit: 'products',
    now: count,
    last: lastCount,
    maxDrop,
  });
}

export function guardFileRows(rows: number): Tripped | null {
  if (rows > 0) return null;
  return { guard: 'file_rows', figure: '0', bound: '1', sentence: 'the file has a header and no rows' };
}

/** Trips if nothing would be published: no row is of an active product, or none of those has a readable count. */
export function guardOutput(
  kept: number,
  { rowsIn, activeRows }: { readonly rowsIn: number; readonly activeRows: number },
): Tripped | null {
  if (kept > 0) return null;
  const sentence =
    activeRows > 0
      ? `none of the file's ${activeRows} rows of active products has a count that can be read; at least 1 is needed`
      : `none of the file's ${rowsIn} rows is of an active product; at least 1 row is needed`;
  return { guard: 'filtered_output', figure: '0', bound: '1', sentence };
}

/** Trips if too many rows could not be read. `maxShare` is of all rows, 0.005 for 0.5 %. */
export function guardRejected(rejected: number, rowsIn: number, maxShare: number): Tripped | null {
  if (rowsIn === 0 || rejected / rowsIn <= maxShare) return null;
  const { figure, bound } = percentOver(rejected / rowsIn, maxShare);
  return {
    guard: 'max_rejected',
    figure,
    bound,
    sentence: `${rejected} of ${rowsIn} rows rejected, ${figure}; at most ${bound} are allowed (guards.max_rejected)`,
  };
}

/**
 * Trips on the same share among the rows of active products alone: in a file of millions of other rows, a night in
 * which every active row is bad would stay below any bound.
 *
 * @param rejectedActive active rows without a usable quantity
 */
export function guardRejectedActive(
  rejectedActive: number,
  activeRows: number,
  maxShare: number,
): Tripped | null {
  const tripped = guardRejected(rejectedActive, activeRows, maxShare);
  if (tripped === null) return null;
  return {
    ...tripped,
    sentence: tripped.sentence.replace(' rows rejected', ' rows of active products rejected'),
  };
}

/** Trips if the count of one key would change by too much. Off while `maxUnits` is null. */
export function guardSingleChange(units: number, maxUnits: number | null): Tripped | null {
  if (maxUnits === null || units <= maxUnits) return null;
  return {
    guard: 'max_single_change',
    figure: `${units} units`,
    bound: `${maxUnits} units`,
    sentence: `one key would change by ${units} units; at most ${maxUnits} are allowed (guards.max_single_change)`,
  };
}

/** Trips if all counts together would change by too much, up or down. Off while `maxUnits` is null. */
export function guardTotalChange(units: number, maxUnits: number | null): Tripped | null {
  if (maxUnits === null || units <= maxUnits) return null;
  return {
    guard: 'max_total_change',
    figure: `${units} units`,
    bound: `${maxUnits} units`,
    sentence: `counts would change by ${units} units in all; at most ${maxUnits} are allowed (guards.max_total_change)`,
  };
}

/** Trips if the snapshot was taken too long before the run's scheduled time. */
export function guardSnapshotAge(
  snapshotAt: Temporal.Instant,
  scheduledFor: Temporal.Instant,
  maxAgeMs: number,
): Tripped | null {
  const oldest = scheduledFor.subtract({ milliseconds: maxAgeMs });
  if (Temporal.Instant.compare(snapshotAt, oldest) >= 0) return null;
  return {
    guard: 'max_age',
    figure: snapshotAt.toString(),
    bound: oldest.toString(),
    sentence: `its snapshot ${snapshotAt} is older than ${oldest}, the oldest allowed for ${scheduledFor} (max_age)`,
  };
}

/** Trips if the snapshot is not newer than one that is already applied. */
export function guardSnapshotOrder(
  snapshotAt: Temporal.Instant,
  lastApplied: Temporal.Instant | null,
): Tripped | null {
  if (lastApplied === null || Temporal.Instant.compare(snapshotAt, lastApplied) > 0) return null;
  return {
    guard: 'last_applied',
    figure: snapshotAt.toString(),
    bound: lastApplied.toString(),
    sentence: `its snapshot ${snapshotAt} is not after the last applied snapshot ${lastApplied}`,
  };
}

interface Drop {
  readonly guard: string;
  readonly what: string;
  readonly unit: string;
  readonly now: number;
  readonly last: number | null;
  readonly maxDrop: number;
}

function guardDrop({ guard, what, unit, now, last, maxDrop }: Drop): Tripped | null {
  if (last === null || drop(now, last) <= maxDrop) return null;
  const { figure, bound } = percentOver(drop(now, last), maxDrop);
  return {
    guard,
    figure,
    bound,
    sentence:
      `${what} has ${now} ${unit}, ${figure} fewer than the ${last} of the last good night; ` +
      `at most ${bound} fewer is allowed (guards.${guard})`,
  };
}

function drop(now: number, last: number): number {
  return last === 0 ? 0 : (last - now) / last;
}

/** Formats a share over its bound, and the bound, with enough digits to differ. */
function percentOver(share: number, bound: number): { readonly figure: string; readonly bound: string } {
  let digits = 2;
  while (digits < 12 && percent(share, digits) === percent(bound, digits)) digits++;
  return { figure: percent(share, digits), bound: percent(bound, digits) };
}

function percent(share: number, digits: number): string {
  return `${Number((share * 100).toFixed(digits))} %`;
}
