import { dataColumns, jsonOf, type Listing } from './listing.ts';

const NUMBER = /^[-+]?\d+(\.\d+)?([eE][-+]?\d+)?$/;
/** A spreadsheet would take a cell that begins so for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** A listing as CSV that is safe to open in a spreadsheet: a text that looks like a formula gets a leading quote. */
export function csvText<Row>(listing: Listing<Row>): string {
  const columns = dataColumns(listing.columns);
  const lines = [
    columns.map(({ key }) => key),
    ...listing.rows.map((row) => columns.map((column) => cellText(jsonOf(column.value(row))))),
  ];
  return lines.map((cells) => `${cells.map(quoted).join(',')}\n`).join('');
}

function cellText(value: ReturnType<typeof jsonOf>): string {
  if (value === null) return '';
  if (typeof value !== 'string') return typeof value === 'object' ? JSON.stringify(value) : String(value);
  return FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
