import { type Column, jsonOf, type Listing } from '../../view/listing.ts';
import { oneLine, type Paint, styleOfState } from './terminal_text.ts';

const GAP = '  ';

/** A listing in columns under their names, each as wide as its widest cell; numbers stand right. */
export function formatTable<Row>(listing: Listing<Row>, paint: Paint): string {
  const columns = listing.columns.filter(
    (column) =>
      column.dataOnly !== true &&
      !(column.omitEmpty === true && listing.rows.every((row) => cellText(column, row) === '-')),
  );
  const cells = listing.rows.map((row) => columns.map((column) => cellText(column, row)));
  const layout = columns.map((column, index) => ({
    width: Math.max(titleOf(column).length, ...cells.map((line) => line[index]?.length ?? 0)),
    isRight: column.align === undefined ? isNumeric(column, listing.rows) : column.align === 'right',
  }));
  const header = columns.map((column, index) =>
    paint('bold', padded(titleOf(column), layout[index], isLast(index, columns))),
  );
  const lines = listing.rows.map((row, line) =>
    columns.map((column, index) => {
      const text = padded(cells[line]?.[index] ?? '', layout[index], isLast(index, columns));
      return paint(styleOfState(column.state?.(row) ?? ''), text);
    }),
  );
  return [header, ...lines].map((line) => `${line.join(GAP).trimEnd()}\n`).join('');
}

function titleOf<Row>({ key, title }: Column<Row>): string {
  return title ?? key.replaceAll('_', ' ');
}

function cellText<Row>(column: Column<Row>, row: Row): string {
  if (column.text !== undefined) return oneLine(column.text(row));
  const value = jsonOf(column.value(row));
  if (value === null) return '-';
  return oneLine(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

function isNumeric<Row>(column: Column<Row>, rows: readonly Row[]): boolean {
  const values = rows.map((row) => column.value(row)).filter((value) => value !== null);
  return values.length > 0 && values.every((value) => typeof value === 'number');
}

function padded(
  text: string,
  layout: { readonly width: number; readonly isRight: boolean } | undefined,
  isLastColumn: boolean,
): string {
  if (layout === undefined) return text;
  if (layout.isRight) return text.padStart(layout.width);
  return isLastColumn ? text : text.padEnd(layout.width);
}

function isLast(index: number, columns: readonly unknown[]): boolean {
  return index === columns.length - 1;
}
