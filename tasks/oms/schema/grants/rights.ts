/** The rights that a role needs to work nights on an OMS, and no more. */
import type { FoundOms } from '../catalog/found.ts';
import { totalsTriggers } from '../findings/totals_triggers.ts';
import type { RequiredRights, RequiredTable } from '../required/table.ts';
import { REQUIRED_TABLES, TOTALS_COLUMNS, TOTALS_TABLE } from '../required/tables.ts';

/**
 * Returns the rights to one table. A trigger that keeps the totals writes them with the rights of whoever inserts a detail,
 * unless its function was made `security definer`.
 */
export function rightsTo(table: RequiredTable, oms: FoundOms): RequiredRights {
  if (table.name !== TOTALS_TABLE) return table.rights;
  const isOfOwner = totalsTriggers(oms).every(({ isSecurityDefiner }) => isSecurityDefiner);
  return isOfOwner && totalsTriggers(oms).length > 0
    ? table.rights
    : { ...table.rights, update: TOTALS_COLUMNS };
}

export interface Grant {
  /** `select`, `update (result)`. */
  readonly right: string;
  readonly table: RequiredTable;
}

/** Returns every single right, table by table. */
export function requiredGrants(oms: FoundOms): readonly Grant[] {
  return REQUIRED_TABLES.flatMap((table) =>
    rightTexts(rightsTo(table, oms)).map((right) => ({ right, table })),
  );
}

function rightTexts({ select, insert, update, delete: deletes }: RequiredRights): readonly string[] {
  return [
    ...(select ? ['select'] : []),
    ...(insert ? ['insert'] : []),
    ...(update === undefined ? [] : [update === 'all' ? 'update' : `update (${update.join(', ')})`]),
    ...(deletes ? ['delete'] : []),
  ];
}
