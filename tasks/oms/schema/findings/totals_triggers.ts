/** Finds the triggers that keep the totals of the items as the sums of their details. */
import type { FoundOms, FoundTrigger } from '../catalog/found.ts';
import { DETAILS_TABLE, TOTALS_COLUMNS } from '../required/tables.ts';

/** Returns the triggers that fire when a detail is inserted, or would if they were enabled. */
export function insertTriggers({ relations }: FoundOms): readonly FoundTrigger[] {
  return (relations.get(DETAILS_TABLE)?.triggers ?? []).filter(({ isOnInsert }) => isOnInsert);
}

/** Returns those of them whose function names a total. */
export function totalsTriggers(oms: FoundOms): readonly FoundTrigger[] {
  return insertTriggers(oms).filter(({ source }) =>
    TOTALS_COLUMNS.some((column) => source.toLowerCase().includes(column)),
  );
}
