import { z } from 'zod';
import {
  guardFacilityDrop,
  guardFileRows,
  guardOutput,
  guardRejected,
  guardRejectedActive,
  guardRowDrop,
} from '../inventory/guards.ts';
import { disagreements, type Manifest } from '../inventory/manifest.ts';
import { Refusal } from '../inventory/refusal.ts';
import type { FileScan } from './messages.ts';

const lastGoodSchema = z.looseObject({
  rows_in: z.int(),
  rows_by_facility: z.record(z.string(), z.int()),
});
export type LastGood = z.output<typeof lastGoodSchema>;

/** What the guards compare with, from the task's own output of an earlier night; null where there is none to use. */
export function lastGoodOf(output: unknown): LastGood | null {
  const parsed = lastGoodSchema.safeParse(output);
  return parsed.success ? parsed.data : null;
}

export interface ScanCheck {
  readonly scan: FileScan;
  readonly manifest: Manifest | null;
  readonly lastGood: LastGood | null;
  readonly maxRowDrop: number;
  readonly maxRejected: number;
}

/** @throws Refusal with every fault of the file, damage before implausibility */
export function checkScan({ scan, manifest, lastGood, maxRowDrop, maxRejected }: ScanCheck): void {
  const damage = manifest === null ? [] : disagreements(manifest, { ...scan, rows: scan.rowsIn });
  if (!scan.endsWithNewline) damage.push('no newline at its end: the last row may be cut');
  if (damage.length > 0) throw new Refusal(damage.join('; '));

  // Only rows of active products are asked for their quantity.
  const badQuantities = scan.reasons.bad_quantity ?? 0;
  const tripped = [
    guardFileRows(scan.rowsIn),
    guardRejected(scan.rejected, scan.rowsIn, maxRejected),
    guardRejectedActive(badQuantities, scan.kept + scan.collapsed + badQuantities, maxRejected),
    guardRowDrop(scan.rowsIn, lastGood?.rows_in ?? null, maxRowDrop),
    guardFacilityDrop(scan.rowsByFacility, lastGood?.rows_by_facility ?? null, maxRowDrop),
    guardOutput(scan.kept, scan.rowsIn),
  ].filter((guard) => guard !== null);
  if (tripped.length === 0) return;
  const reasons = Object.entries(scan.reasons).map(([reason, count]) => `${reason} ${count}`);
  const why =
    reasons.length === 0 ? '' : ` (rejected: ${reasons.join(', ')}; first ${scan.firstRejects.join(', ')})`;
  throw new Refusal(tripped.map(({ sentence }) => sentence).join('; ') + why);
}
