/** Why another process left a count that ours would not have left. */

/**
 *   sale_undone             a sale, return or receipt between the snapshot and their reset, which their reset reversed
 *   shipment_undone         a shipment of that time, which their reset put back
 *   wrong_store             units that one store shipped and another booked, which their variance left uncorrected
 *   unacknowledged          shipped units that nobody had booked at the snapshot, which their variance left uncorrected
 *   ambiguous               held out by us: whether a booking was made by the snapshot cannot be known
 *   held_out                held out by us for another reason, such as two counts for one key
 *   not_covered             changed by them, and not in the file that we had
 *   not_set                 set by us, and not changed by them
 *   other                   none of these explains it
 */
export const DIFFERENCE_REASONS = [
  'sale_undone',
  'shipment_undone',
  'wrong_store',
  'unacknowledged',
  'ambiguous',
  'held_out',
  'not_covered',
  'not_set',
  'other',
] as const;
export type DifferenceReason = (typeof DIFFERENCE_REASONS)[number];

/** The causes that a key can have at once. */
const CAUSES = [
  'sale_undone',
  'shipment_undone',
  'wrong_store',
  'unacknowledged',
] as const satisfies readonly DifferenceReason[];
type Cause = (typeof CAUSES)[number];

export interface ComparedKey {
  /** Their count minus ours, in units. */
  readonly difference: number;
  /** Whether we set the key. */
  readonly isCovered: boolean;
  /** The reason for which we held the key out; null if we did not. */
  readonly held: string | null;
  /** Whether they posted anything for it. */
  readonly isSet: boolean;
  /** The units by which each cause would make their count exceed ours, if they fell for it. */
  readonly causes: Readonly<Record<Cause, number>>;
}

export interface Part {
  readonly reason: DifferenceReason;
  readonly units: number;
}

/** Returns the parts of a difference, by reason; they add up to it. None for a key on which both agree. */
export function reasonsOf({ difference, isCovered, held, isSet, causes }: ComparedKey): readonly Part[] {
  if (difference === 0) return [];
  if (held !== null)
    return [{ reason: held === 'AMBIGUOUS_POSTING' ? 'ambiguous' : 'held_out', units: difference }];
  if (!isCovered) return [{ reason: 'not_covered', units: difference }];
  if (!isSet) return [{ reason: 'not_set', units: difference }];
  const possible = CAUSES.flatMap((reason) =>
    causes[reason] === 0 ? [] : [{ reason, units: causes[reason] }],
  );
  const best =
    subsetsOf(possible).toSorted(
      (a, b) => leftOf(a, difference) - leftOf(b, difference) || a.length - b.length,
    )[0] ?? [];
  const left = difference - unitsOf(best);
  return left === 0 ? best : [...best, { reason: 'other', units: left }];
}

/** Each cause was either fallen for or not: the combination that leaves the least unexplained is taken, the smallest of equals. */
function subsetsOf(parts: readonly Part[]): readonly (readonly Part[])[] {
  return Array.from({ length: 2 ** parts.length }, (_, chosen) =>
    parts.filter((_, index) => Math.floor(chosen / 2 ** index) % 2 === 1),
  );
}

function leftOf(parts: readonly Part[], difference: number): number {
  return Math.abs(difference - unitsOf(parts));
}

function unitsOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { units }) => sum + units, 0);
}
