/** Decides whether the totals follow the details that the sync posts: nothing of the sync writes a total itself. */
import { readSql } from '../../database/sql.ts';
import type { FoundOms } from '../catalog/found.ts';
import { DETAILS_TABLE, TOTALS_TABLE } from '../required/tables.ts';
import { nameOf, type OmsFinding } from './finding.ts';
import { insertTriggers, totalsTriggers } from './totals_triggers.ts';

const TOTALS_TRIGGER = readSql(import.meta.url, '../totals_trigger.sql').trim();

export function totalsFindings(oms: FoundOms): readonly OmsFinding[] {
  const details = oms.relations.get(DETAILS_TABLE);
  if (details === undefined || !oms.relations.has(TOTALS_TABLE)) return [];
  const keeping = totalsTriggers(oms);
  if (keeping.some(({ isEnabled }) => isEnabled)) return [];
  const [disabled] = keeping;
  if (disabled !== undefined) {
    return [
      {
        severity: 'blocks',
        where: DETAILS_TABLE,
        found: `the trigger ${disabled.name}, which keeps the totals, is disabled: what the sync posts would move no total`,
        fix: 'enable it',
        sql: `alter table ${disabled.table} enable trigger ${disabled.name};`,
      },
    ];
  }
  const others = insertTriggers(oms).filter(({ isEnabled }) => isEnabled);
  if (others.length > 0) {
    return [
      {
        severity: 'risk',
        where: DETAILS_TABLE,
        found: `of its triggers (${others.map(({ name }) => name).join(', ')}) none names a total in its own source: whether one keeps ${TOTALS_TABLE}'s totals cannot be seen`,
        fix: `insert a detail on a copy and look at quantity_on_hand_total; if it stays, add a trigger that adds the details to it`,
        sql: null,
      },
    ];
  }
  return [
    {
      severity: 'blocks',
      where: DETAILS_TABLE,
      found:
        'no trigger keeps the totals: what the sync posts would move no total, as the services of the OMS that do it are not asked',
      fix:
        details.kind === 'table'
          ? 'add a trigger that does; services that set a total to the sum of its details agree with it'
          : `add a trigger that does to ${details.bases.join(' or ')}, like this one`,
      sql: details.kind === 'table' ? TOTALS_TRIGGER : null,
    },
  ];
}

/** Names the trigger that keeps the totals, for the figures. */
export function totalsText(oms: FoundOms): string {
  const names = totalsTriggers(oms)
    .filter(({ isEnabled }) => isEnabled)
    .map(({ name, table }) => `${name} on ${table}`);
  if (names.length > 0) return `by trigger ${names.join(', ')}`;
  return `not by a trigger of ${nameOf(DETAILS_TABLE)}`;
}
