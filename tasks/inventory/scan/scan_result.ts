/** The result of one pass over a reset file. */
import type { ByteTable } from './bytes/table.ts';
import { type ByteEncoding, decodeText } from './bytes/text.ts';
import type { FacilityRows } from './facility_rows.ts';
import type { RowFindings, RowOutcomes } from './row/outcomes.ts';

export interface ScanResult extends RowFindings {
  /** All well-formed rows, active or not. */
  readonly rowsByFacility: Readonly<Record<string, number>>;
  /** Distinct keys with a usable row, by facility. */
  readonly keysByFacility: Readonly<Record<string, number>>;
  /** Active products without a usable row at any facility, in the order of the given ids. */
  readonly activeWithoutRow: readonly string[];
  /** Blank lines, or a DOS end mark, after the last row; they are not counted as rows. */
  readonly blankLinesAtEnd: number;
  readonly endsWithNewline: boolean;
}

export interface ScannedParts {
  readonly outcomes: RowOutcomes;
  readonly facilities: FacilityRows;
  readonly active: ByteTable;
  readonly encoding: ByteEncoding;
}

/**
 * Collects the result.
 * @throws Error if a row is in none of the counts
 */
export function scanResult(
  { outcomes, facilities, active, encoding }: ScannedParts,
  end: Pick<ScanResult, 'blankLinesAtEnd' | 'endsWithNewline'>,
): ScanResult {
  const decode = (id: Uint8Array) => decodeText(id, encoding);
  const { keysByFacility } = outcomes;
  return {
    ...outcomes.findings(),
    rowsByFacility: facilities.byId(decode),
    keysByFacility: facilities.namedById(decode, (facility) => keysByFacility[facility] ?? 0),
    activeWithoutRow: outcomes.activeWithoutRow().map((product) => decode(active.bytesOf(product))),
    ...end,
  };
}
