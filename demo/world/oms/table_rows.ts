/** Rows of a database table, ready to be copied in. */
export type Cell = string | number | boolean | null;

export interface TableRows {
  /** Without the schema. */
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A `timestamptz` as text. */
export function instantText(atMs: number): string {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toString();
}
