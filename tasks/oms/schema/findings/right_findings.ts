/** Compares what the session's role may do with what the sync's statements do. */

import type { FoundColumn, FoundOms, FoundRelation } from '../catalog/found.ts';
import { quoted } from '../catalog/quoted.ts';
import { rightsTo } from '../grants/rights.ts';
import { type RequiredTable, SCHEMA } from '../required/table.ts';
import { REQUIRED_TABLES } from '../required/tables.ts';
import { nameOf, type OmsFinding } from './finding.ts';

export function rightFindings(oms: FoundOms): readonly OmsFinding[] {
  const { server, relations } = oms;
  const role = quoted(server.role);
  return [
    ...(server.mayUseSchema ? [] : [schemaFinding(role)]),
    ...(server.mayCreateTemporary ? [] : [temporaryFinding(role, server.database)]),
    ...REQUIRED_TABLES.flatMap((table) => {
      const relation = relations.get(table.name);
      if (relation === undefined) return [];
      const lacking = lackingRights(table, relation, oms);
      if (lacking.length > 0) return [tableFinding(table, lacking, role)];
      return relation.refusal === null || !server.mayUseSchema
        ? []
        : [refusalFinding(table, relation.refusal)];
    }),
  ];
}

function lackingRights(table: RequiredTable, relation: FoundRelation, oms: FoundOms): readonly string[] {
  const { select, insert, update, delete: deletes } = rightsTo(table, oms);
  const columns = [...relation.columns.values()].filter(({ name }) => name in table.columns);
  const every = (may: (column: FoundColumn) => boolean) => columns.every(may);
  const unwritable =
    update === undefined || update === 'all'
      ? []
      : update.filter((name) => relation.columns.get(name)?.mayUpdate === false);
  return [
    ...(select && !every(({ maySelect }) => maySelect) ? ['select'] : []),
    ...(insert && !every(({ mayInsert }) => mayInsert) ? ['insert'] : []),
    ...(update === 'all' && !relation.mayLock ? ['update'] : []),
    ...(unwritable.length > 0 ? [`update (${unwritable.join(', ')})`] : []),
    ...(deletes && !relation.mayDelete ? ['delete'] : []),
  ];
}

function tableFinding({ name }: RequiredTable, lacking: readonly string[], role: string): OmsFinding {
  return {
    severity: 'blocks',
    where: name,
    found: `role ${role} lacks ${lacking.join(', ')}`,
    fix: 'grant it',
    sql: `grant ${lacking.join(', ')} on ${nameOf(name)} to ${role};`,
  };
}

/** The right to a view is not enough where it works with the reader's rights, or where its owner lacks them. */
function refusalFinding({ name }: RequiredTable, refusal: string): OmsFinding {
  return {
    severity: 'blocks',
    where: name,
    found: `the view may be read, and a select of it is refused all the same: ${refusal}`,
    fix: 'grant that to the owner of the view; to the role itself where the view is one with security_invoker',
    sql: null,
  };
}

function schemaFinding(role: string): OmsFinding {
  return {
    severity: 'blocks',
    where: `schema ${SCHEMA}`,
    found: `role ${role} may not use the schema`,
    fix: 'grant it',
    sql: `grant usage on schema ${SCHEMA} to ${role};`,
  };
}

function temporaryFinding(role: string, database: string): OmsFinding {
  return {
    severity: 'blocks',
    where: `database ${database}`,
    found: `role ${role} may not create temporary tables, in which the sync stages its files`,
    fix: 'grant it',
    sql: `grant temporary on database ${quoted(database)} to ${role};`,
  };
}
