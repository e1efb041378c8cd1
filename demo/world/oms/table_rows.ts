/** Rows of a database table in the form that COPY takes. */
export type Cell = string | number | boolean | null;

export interface TableRows {
  /** The table's name without the schema. */
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Formats an instant as the text of a `timestamptz`. */
export function instantText(atMs: number): string {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toString();
}
