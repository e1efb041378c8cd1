/** Prints the least rights of a role as SQL. */
import type { FoundOms } from '../catalog/found.ts';
import { quoted } from '../catalog/quoted.ts';
import { nameOf } from '../findings/finding.ts';
import { SCHEMA } from '../required/table.ts';
import { TOTALS_TABLE } from '../required/tables.ts';
import { requiredGrants } from './rights.ts';

/** Returns the statements, one a line, for the owner of the schema to run. */
export function grantsSql(oms: FoundOms, role: string): string {
  const to = quoted(role);
  const grants = requiredGrants(oms);
  const byTable = Map.groupBy(grants, ({ table }) => table.name);
  return [
    `-- The rights that ${to} needs for the nightly sync and the delta feeds, and no others.`,
    `grant usage on schema ${SCHEMA} to ${to};`,
    '-- For the working tables of a night.',
    `grant temporary on database ${quoted(oms.server.database)} to ${to};`,
    ...[...byTable].flatMap(([table, ofTable]) => [
      ...(table === TOTALS_TABLE && ofTable.some(({ right }) => right.startsWith('update'))
        ? ['-- The trigger that keeps the totals writes them as whoever inserts a detail.']
        : []),
      `grant ${ofTable.map(({ right }) => right).join(', ')} on ${nameOf(table)} to ${to};`,
    ]),
    '',
  ].join('\n');
}
