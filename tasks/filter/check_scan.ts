import { z } from 'zod';
import {
  guardFacilityDrop,
  guardFileRows,
  guardOutput,
  guardRejected,
  guardRejectedActive,
  guardRowDrop,
  type Tripped,
} from '../inventory/guards.ts';
import { disagreements, type Manifest } from '../inventory/manifest.ts';
import { Refusal } from '../inventory/refusal.ts';
import type { FileScan } from './messages.ts';
import { REJECTS_NAME } from './publish_filtered.ts';

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
  readonly lastGood: LastGood | null;
  readonly maxRowDrop: number;
  readonly maxRejected: number;
}

/** @throws Refusal for a file that is not whole, with every sign of it */
export function requireWhole(scan: FileScan, manifest: Manifest | null): void {
  const damage = manifest === null ? [] : disagreements(manifest, { ...scan, rows: scan.rowsIn });
  if (!scan.endsWithNewline) damage.push('no newline at its end: the last row may be cut');
  if (damage.length > 0) throw new Refusal(damage.join('; '));
}

/** What is implausible about a whole file. */
export function guardScan({
  scan,
  lastGood,
  maxRowDrop,
  maxRejected,
}: ScanCheck): readonly (Tripped | null)[] {
  // Only rows of active products are asked for their quantity.
  const badQuantities = scan.reasons.bad_quantity ?? 0;
  return [
    guardFileRows(scan.rowsIn),
    guardRejected(scan.rejected, scan.rowsIn, maxRejected),
    guardRejectedActive(badQuantities, scan.kept + scan.collapsed + badQuantities, maxRejected),
    guardRowDrop(scan.rowsIn, lastGood?.rows_in ?? null, maxRowDrop),
    guardFacilityDrop(scan.rowsByFacility, lastGood?.rows_by_facility ?? null, maxRowDrop),
    guardOutput(scan.kept, scan.rowsIn),
  ];
}

/** The rejects in a few words, for the sentence of a guard: reasons, the first lines, and where they all are. */
export function describeRejects(
  scan: FileScan,
  { name, runId }: { readonly name: string; readonly runId: string },
): string {
  if (scan.rejected === 0) return '';
  const reasons = Object.entries(scan.reasons).map(([reason, count]) => `${reason} ${count}`);
  const first = scan.firstRejects.map(({ line, column, reason }) => `${name}:${line}:${column} ${reason}`);
  return (
    ` (rejected: ${reasons.join(', ')}; first ${first.join(', ')}; all: ` +
    `stockflow runs artifacts ${runId} ${REJECTS_NAME})`
  );
}
