/** The columns of changes and of what was left behind, in tables, JSON and CSV. */
import { type Column, csvText } from '../../runner/history.ts';
import type { Change, ReasonTotal } from '../oms/changes/read_changes.ts';
import type { FilterReject } from './filter_rejects.ts';
import type { NamedKey, UndoneKey } from './left_behind.ts';
import type { ChangesReport } from './report.ts';

type Unit = 'before' | 'reset' | 'variance' | 'delta' | 'after' | 'diff';

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

export const TOTAL_COLUMNS: readonly Column<ReasonTotal>[] = [
  { key: 'reason', value: ({ reason }) => reason },
  { key: 'keys', value: ({ keys }) => keys },
  { key: 'units_up', value: ({ units_up }) => units_up },
  { key: 'units_down', value: ({ units_down }) => units_down },
  { key: 'net_units', value: ({ net_units }) => net_units },
];

export const HELD_COLUMNS: readonly Column<ChangesReport['held']['rows'][number]>[] = [
  { key: 'facility_id', value: ({ facility_id }) => facility_id },
  { key: 'sku', value: ({ sku }) => sku },
  { key: 'product_id', value: ({ product_id }) => product_id },
  { key: 'reason', value: ({ reason }) => reason },
  { key: 'detail', value: ({ detail }) => detail },
];

export const LOST_COLUMNS: readonly Column<NamedKey>[] = [
  { key: 'facility_id', value: ({ facility_id }) => facility_id },
  { key: 'sku', value: ({ sku }) => sku },
  { key: 'product_id', value: ({ product_id }) => product_id },
];

export const UNDONE_COLUMNS: readonly Column<UndoneKey>[] = [
  ...LOST_COLUMNS,
  { key: 'recorded', value: ({ quantity }) => quantity },
];

export const REJECT_COLUMNS: readonly Column<ChangesReport['rejected']['rows'][number]>[] = [
  { key: 'batch_id', value: ({ batch_id }) => batch_id },
  { key: 'line', value: ({ line }) => line },
  { key: 'reason', value: ({ reason }) => reason },
];

export const FILTER_COLUMNS: readonly Column<FilterReject>[] = [
  { key: 'file', value: ({ file }) => file },
  { key: 'line', value: ({ line }) => line },
  { key: 'column', value: ({ column }) => column },
  { key: 'reason', value: ({ reason }) => reason },
];

/** Returns the table's columns; a reason that moved nothing gets none. */
export function changeTableColumns(reasons: readonly string[]): readonly Column<Change>[] {
  const units = (['before', 'reset', 'variance', 'delta', 'after', 'diff'] as const).filter(
    (key) => !['reset', 'variance', 'delta'].includes(key) || reasons.includes(key),
  );
  return [
    { key: 'facility_id', value: ({ facility_id }) => facility_id },
    { key: 'sku', value: ({ sku }) => sku },
    ...units.map((key: Unit): Column<Change> => ({ key, value: (change) => change[key] })),
  ];
}
