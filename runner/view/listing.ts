import type { Json } from '../core/value/json.ts';

export type Cell = Json | Temporal.Instant | Temporal.PlainDate;

/**
 * One column of a listing: the value of a row for machines, and its text for people. Tables on a terminal and on a page,
 * JSON and CSV are all made from the same columns.
 */
export interface Column<Row> {
  /** The key in JSON and the header in CSV; the table's header has blanks for `_`. */
  readonly key: string;
  /** The table's header, where it says more than the key. */
  readonly title?: string;
  value(row: Row): Cell;
  /** The text in a table, where it differs from the value. */
  text?(row: Row): string;
  /** The state word that decides how the cell looks: a colour on a terminal, a class and a mark on a page. */
  state?(row: Row): string | null;
  /** The side of a cell on which its text stands; by default numbers stand right. */
  readonly align?: 'left' | 'right';
  /** The column is left out of a table in which all of its cells are `-`. */
  readonly omitEmpty?: boolean;
  /** The column is left out of tables. */
  readonly dataOnly?: boolean;
  /** The column is left out of JSON and CSV. */
  readonly tableOnly?: boolean;
}

export interface Listing<Row> {
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
}

/** Returns the cell as JSON, instants and dates as ISO text. */
export function jsonOf(cell: Cell): Json {
  return cell instanceof Temporal.Instant || cell instanceof Temporal.PlainDate ? cell.toString() : cell;
}

/** Returns a row as a JSON object. */
export function rowObject<Row>(columns: readonly Column<Row>[], row: Row): { [key: string]: Json } {
  return Object.fromEntries(dataColumns(columns).map((column) => [column.key, jsonOf(column.value(row))]));
}

export function dataColumns<Row>(columns: readonly Column<Row>[]): readonly Column<Row>[] {
  return columns.filter(({ tableOnly }) => tableOnly !== true);
}
