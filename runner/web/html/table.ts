/** A listing as an HTML table: the same columns as on a terminal and in JSON. */
import { type Column, jsonOf, type Listing } from '../../view/listing.ts';
import { escaped, type Html, html, raw } from './html.ts';
import { markOf } from './mark.ts';

export interface TableOptions<Row> {
  /** Names the table for those who hear it. */
  readonly caption: string;
  /** Renders the cells of a column by its key, in place of the column's text. */
  readonly cells?: Readonly<Record<string, (row: Row) => Html>>;
  /** Gives each row an id that it keeps over live updates, so that they move nothing else. */
  readonly rowId?: (row: Row) => string;
  /** On a narrow screen a row stands as a block (the default), or stays a row that is scrolled: for many short numbers. */
  readonly narrow?: 'blocks' | 'rows';
  /** The keys of columns to leave out. */
  readonly without?: readonly string[];
}

/**
 * Renders the rows as a table; its first column heads each row. On a narrow screen a row stands as a block, in which an
 * empty cell takes no place. No element is made for a cell but its own: a table of a thousand rows has to be cheap.
 */
export function table<Row>(listing: Listing<Row>, options: TableOptions<Row>): Html {
  const { rows } = listing;
  const columns = shownColumns(listing, options).map(
    (column, index): ShownColumn<Row> => ({
      column,
      title: titleOf(column),
      attributes: isRight(column, index, rows) ? ' class="num"' : '',
      render: options.cells?.[column.key] ?? ((row) => raw(cellHtml(column, row))),
    }),
  );
  return html`<div class="scroll"><table class="${options.narrow === 'rows' ? 'figures' : 'stack'}"><caption class="visually-hidden">${options.caption}</caption>
<thead><tr>${columns.map(({ title, attributes }) => html`<th scope="col"${raw(attributes)}>${title}</th>`)}</tr></thead>
<tbody>${rows.map((row) => rowHtml(columns, row, options.rowId))}</tbody></table></div>`;
}

interface ShownColumn<Row> {
  readonly column: Column<Row>;
  readonly title: string;
  readonly attributes: string;
  render(row: Row): Html;
}

function shownColumns<Row>(
  { columns, rows }: Listing<Row>,
  { cells, without = [] }: TableOptions<Row>,
): readonly Column<Row>[] {
  return columns.filter(
    (column) =>
      column.dataOnly !== true &&
      !without.includes(column.key) &&
      !(
        column.omitEmpty === true &&
        cells?.[column.key] === undefined &&
        rows.every((row) => isEmpty(cellText(column, row)))
      ),
  );
}

function rowHtml<Row>(
  columns: readonly ShownColumn<Row>[],
  row: Row,
  rowId: ((row: Row) => string) | undefined,
): Html {
  const cells = columns.map(({ title, attributes, render }, index) =>
    index === 0
      ? html`<th scope="row"${raw(attributes)}>${render(row)}</th>`
      : html`<td data-label="${title}"${raw(attributes)}>${render(row)}</td>`,
  );
  return html`<tr${rowId === undefined ? '' : raw(` id="${escaped(rowId(row))}"`)}>${cells}</tr>`;
}

function cellHtml<Row>(column: Column<Row>, row: Row): string {
  const text = cellText(column, row);
  if (isEmpty(text)) return '';
  const state = column.state?.(row) ?? null;
  if (state !== null) {
    const { shape, className } = markOf(state);
    const words = escaped(text === state ? markOf(state).word : text);
    return `<span class="state ${className}"><span class="mark" aria-hidden="true">${shape}</span> ${words}</span>`;
  }
  const value = column.value(row);
  return value instanceof Temporal.Instant
    ? `<time datetime="${value.toString({ smallestUnit: 'second' })}">${escaped(text)}</time>`
    : escaped(text);
}

function cellText<Row>(column: Column<Row>, row: Row): string {
  if (column.text !== undefined) return column.text(row);
  const value = jsonOf(column.value(row));
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A terminal shows a dash where a page leaves the cell empty. */
function isEmpty(text: string): boolean {
  return text === '' || text === '-';
}

function titleOf<Row>({ key, title }: Column<Row>): string {
  return title ?? key.replaceAll('_', ' ');
}

/** The first column heads its row, and stands left even where it is a number. */
function isRight<Row>(column: Column<Row>, index: number, rows: readonly Row[]): boolean {
  if (column.align !== undefined) return column.align === 'right';
  if (index === 0) return false;
  const values = rows.map((row) => column.value(row)).filter((value) => value !== null);
  return values.length > 0 && values.every((value) => typeof value === 'number');
}
