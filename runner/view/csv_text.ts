import { createRequire } from 'node:module';
import type { CastReturnObject } from 'csv-stringify';
import { dataColumns, jsonOf, type Listing } from './listing.ts';

const require = createRequire(import.meta.url);

/** A number that begins with a sign, as formulas may. */
const SIGNED_NUMBER = /^[-+]\d+(\.\d+)?([eE][-+]?\d+)?$/;

/**
 * Returns a listing as CSV that is safe to open in a spreadsheet: a text that looks like a formula gets a leading quote, a
 * number never does. The library is loaded with the first call, as most commands print no CSV.
 */
export function csvText<Row>({ columns, rows }: Listing<Row>): string {
  const { stringify }: typeof import('csv-stringify/sync') = require('csv-stringify/sync');
  const listed = dataColumns(columns);
  const records = rows.map((row) =>
    listed.map((column) => {
      const value = jsonOf(column.value(row));
      return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
    }),
  );
  return stringify(records, {
    header: true,
    columns: listed.map(({ key }) => key),
    escape_formulas: true,
    cast: { boolean: String, string: signedNumberAsItIs },
  });
}

function signedNumberAsItIs(text: string): string | CastReturnObject {
  if (!SIGNED_NUMBER.test(text)) return text;
  const cell: CastReturnObject & { readonly escape_formulas: false } = {
    value: text,
    escape_formulas: false,
  };
  return cell;
}
