import { type Column, csvText } from '../../runner/history.ts';
import type { Change } from '../oms/changes/read_changes.ts';

/** A changed key in JSON and CSV. */
export const CHANGE_COLUMNS: readonly Column<Change>[] = [
  { key: 'facility_id', value: ({ facility_id }) => facility_id },
  { key: 'sku', value: ({ sku }) => sku },
  { key: 'product_id', value: ({ product_id }) => product_id },
  { key: 'before', value: ({ before }) => before },
  { key: 'reset', value: ({ reset }) => reset },
  { key: 'variance', value: ({ variance }) => variance },
  { key: 'delta', value: ({ delta }) => delta },
  { key: 'after', value: ({ after }) => after },
  { key: 'diff', value: ({ diff }) => diff },
];

/** Yields blocks of changes as CSV, with one header in front. */
export async function* changesCsv(blocks: AsyncIterable<readonly Change[]>): AsyncGenerator<string> {
  let isFirst = true;
  for await (const rows of blocks) {
    const text = csvText({ columns: CHANGE_COLUMNS, rows });
    // Each block comes with the header.
    yield isFirst ? text : text.slice(text.indexOf('\n') + 1);
    isFirst = false;
  }
}
