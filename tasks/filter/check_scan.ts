import { z } from 'zod';
import { InvalidFileError } from '../inventory/file/invalid_file.ts';
import { disagreements, type Manifest } from '../inventory/file/manifest.ts';
import {
  guardFacilityDrop,
  guardFacilityKeyDrop,
  guardFileRows,
  guardKeptDrop,
  guardKeyDrop,
  guardOutput,
  guardRejected,
  guardRejectedActive,
  guardRowDrop,
  type Tripped,
} from '../inventory/guard/guards.ts';
import { hasZeroDecimals } from '../inventory/row/quantity.ts';
import type { FileScan } from './messages.ts';

const lastGoodSchema = z.looseObject({
  rows_in: z.int(),
  rows_by_facility: z.record(z.string(), z.int()),
  // Nights worked by an earlier version did not report these.
  kept: z.int().nullish(),
  keys_by_facility: z.record(z.string(), z.int()).nullish(),
});
export type LastGood = z.output<typeof lastGoodSchema>;

/**
 * Returns the figures of an earlier night for the guards to compare with, from that night's task output; null if it
 * has none that can be used.
 */
export function lastGoodOf(output: unknown): LastGood | null {
  const parsed = lastGoodSchema.safeParse(output);
  return parsed.success ? parsed.data : null;
}

export interface ScanCheck {
  readonly scan: FileScan;
  readonly lastGood: LastGood | null;
  readonly maxRowDrop: number;
  readonly maxCoverageDrop: number;
  readonly maxRejected: number;
}

/**
 * Requires that the file is complete.
 * @throws InvalidFileError for an incomplete or damaged file, listing every sign of it
 */
export function requireWhole(scan: FileScan, manifest: Manifest | null): void {
  const damage = manifest === null ? [] : disagreements(manifest, { ...scan, rows: scan.rowsIn });
  if (!scan.endsWithNewline) damage.push('no newline at its end: the last row may be cut');
  if (damage.length > 0) throw new InvalidFileError(damage.join('; '));
}

/** Returns the guards that tripped on a complete file. */
export function guardScan({
  scan,
  lastGood,
  maxRowDrop,
  maxCoverageDrop,
  maxRejected,
}: ScanCheck): readonly (Tripped | null)[] {
  // Only rows of active products have their quantity parsed.
  const badQuantities = scan.reasons.bad_quantity ?? 0;
  const activeRows = scan.kept + scan.collapsed + badQuantities;
  const noOutput = guardOutput(scan.kept, { rowsIn: scan.rowsIn, activeRows });
  // If no row of an active product can be read, the shares of rejected rows add nothing.
  if (noOutput !== null && activeRows > 0) return [noOutput];
  return [
    guardFileRows(scan.rowsIn),
    guardRejected(scan.rejected, scan.rowsIn, maxRejected),
    guardRejectedActive(badQuantities, activeRows, maxRejected),
    guardRowDrop(scan.rowsIn, lastGood?.rows_in ?? null, maxRowDrop),
    guardFacilityDrop(scan.rowsByFacility, lastGood?.rows_by_facility ?? null, maxRowDrop),
    noOutput,
    ...(noOutput === null ? guardCoverage(scan, lastGood, maxCoverageDrop) : []),
  ];
}

/** Guards against a complete file in which many ids are damaged: lost leading zeros, `1.23E+11`. */
function guardCoverage(
  scan: FileScan,
  lastGood: LastGood | null,
  maxDrop: number,
): readonly (Tripped | null)[] {
  const lastKeys = lastGood?.keys_by_facility ?? null;
  return [
    guardKeptDrop(scan.kept, lastGood?.kept ?? null, maxDrop),
    guardKeyDrop(total(scan.keysByFacility), lastKeys && total(lastKeys), maxDrop),
    guardFacilityKeyDrop(scan.keysByFacility, lastKeys, maxDrop),
  ];
}

function total(byFacility: Readonly<Record<string, number>>): number {
  return Object.values(byFacility).reduce((sum, keys) => sum + keys, 0);
}

/** Summarizes the rejects for a guard's sentence: reasons and the first lines. @param name of the file */
export function describeRejects(scan: FileScan, name: string): string {
  if (scan.rejected === 0) return '';
  const reasons = Object.entries(scan.reasons).map(([reason, count]) => `${reason} ${count}`);
  const first = scan.firstRejects.map(
    ({ line, column, reason, detail }) =>
      `${name}:${line}:${column} ${reason}${detail === null ? '' : ` ${detail}`}`,
  );
  const found = scan.firstRejects.filter(({ reason }) => reason === 'bad_quantity');
  const isDecimal =
    found.length > 0 && found.every(({ detail }) => detail !== null && hasZeroDecimals(detail.slice(1, -1)));
  const decimal = isDecimal ? '; quantity: decimal_zero takes 5.0 and 12.000' : '';
  return ` (rejected: ${reasons.join(', ')}; first ${first.join(', ')}${decimal})`;
}

/** Returns the warning about products sold online that have no row in the file. */
export function withoutRowSentence(ids: readonly string[]): string {
  const named = ids.slice(0, 5).join(', ');
  const more = ids.length > 5 ? `, and ${ids.length - 5} more` : '';
  const of = ids.length === 1 ? '1 active product has' : `${ids.length} active products have`;
  const stays = ids.length === 1 ? 'its count stays as it was' : 'their counts stay as they were';
  return `${of} no count in the file, at any store: ${named}${more}; ${stays}`;
}
