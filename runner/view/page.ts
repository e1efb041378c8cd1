/** Keyset pagination: a page of rows, newest first, and the cursor of the page after it. */

export interface PageRequest {
  readonly limit: number;
  /** Only rows whose id is below this one; null for the newest. */
  readonly before: number | null;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** The `before` of the next page; null on the last one. */
  readonly next: number | null;
}

/**
 * Cuts a page out of rows of which one more than the limit was read.
 *
 * @param found newest first
 */
export function pageOf<Row>(found: readonly Row[], limit: number, idOf: (row: Row) => number): Page<Row> {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, next: found.length > limit && last !== undefined ? idOf(last) : null };
}
