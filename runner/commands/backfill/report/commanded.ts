/** The columns of a plan or a backfill, with the params that help after the detail, as a command takes them. */
import type { PlanRow } from '../../../view/backfill/columns.ts';
import type { Column } from '../../../view/listing.ts';
import { runWithParamsText } from '../../output/remedy_text.ts';

export function withParamsText<Row extends PlanRow>(columns: readonly Column<Row>[]): readonly Column<Row>[] {
  return columns.map((column) =>
    column.key === 'detail'
      ? { ...column, text: ({ date }) => `${date.detail ?? ''}${runWithParamsText(date.remedy ?? null)}` }
      : column,
  );
}
