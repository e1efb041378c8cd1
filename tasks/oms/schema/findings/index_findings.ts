/** Compares the keys and indexes of one table with those on which the sync's statements rely. */
import type { FoundIndex, FoundRelation } from '../catalog/found.ts';
import type { RequiredIndex, RequiredKey, RequiredTable } from '../required/table.ts';
import { nameOf, type OmsFinding } from './finding.ts';

export function indexFindings(table: RequiredTable, relation: FoundRelation): readonly OmsFinding[] {
  const canBeSeen = relation.kind === 'table' || relation.bases.length > 0;
  if (!canBeSeen || relation.kind === 'foreign table') return [];
  const isThere = (columns: readonly string[]) => columns.every((column) => relation.columns.has(column));
  const missingKeys = table.keys.filter(
    ({ columns }) => isThere(columns) && !relation.indexes.some((index) => enforces(index, columns, table)),
  );
  const missingIndexes = table.indexes.filter(
    (index) =>
      isThere(index.columns) &&
      !relation.indexes.some((found) => serves(found, index)) &&
      // The index of a missing key will serve.
      !missingKeys.some(({ columns }) => beginsWith(columns, index.columns)),
  );
  return [
    ...missingKeys.map((key) => keyFinding(table, relation, key)),
    ...missingIndexes.map((index) => indexFinding(table, relation, index)),
  ];
}

/** The sync's inserts refer to its own keys column by column; elsewhere a key of fewer columns is as good. */
function enforces(index: FoundIndex, columns: readonly string[], { owner }: RequiredTable): boolean {
  if (!index.isUnique || !index.columns.every((column) => column !== null && columns.includes(column)))
    return false;
  return owner === 'oms' || index.columns.length === columns.length;
}

function serves(found: FoundIndex, { columns, where }: RequiredIndex): boolean {
  return beginsWith(found.columns, columns) && (found.where === null || isSame(found.where, where));
}

function beginsWith(all: readonly (string | null)[], first: readonly string[]): boolean {
  return first.every((column, place) => all[place] === column);
}

function isSame(found: string, where: string | undefined): boolean {
  return found.toLowerCase().replace(/^\((.*)\)$/, '$1') === where;
}

function keyFinding(table: RequiredTable, relation: FoundRelation, key: RequiredKey): OmsFinding {
  const list = key.columns.join(', ');
  if (relation.bases.length > 1) {
    return {
      severity: 'note',
      where: `${table.name} (${list})`,
      found: `is a view of several tables: whether two of its rows may have the same ${key.columns.join(' and ')} cannot be seen, and ${key.why}`,
      fix: `see that its join gives each row of ${table.name} once`,
      sql: null,
    };
  }
  return {
    severity: key.severity,
    where: `${table.name} (${list})`,
    found: `nothing keeps two rows from having the same ${key.columns.join(' and ')}: ${key.why}`,
    fix: `merge such rows where there are any, then add a unique index${placeOf(relation)}`,
    sql: relation.kind === 'table' ? `create unique index on ${nameOf(table.name)} (${list});` : null,
  };
}

function indexFinding(table: RequiredTable, relation: FoundRelation, index: RequiredIndex): OmsFinding {
  const list = index.columns.join(', ');
  const where = index.where === undefined ? '' : ` where ${index.where}`;
  return {
    severity: 'risk',
    where: `${table.name} (${list})`,
    found: `no index begins with ${index.columns.join(', ')}: ${index.why}, and without one the whole table is read`,
    fix: `add one${placeOf(relation)}`,
    sql: relation.kind === 'table' ? `create index on ${nameOf(table.name)} (${list})${where};` : null,
  };
}

function placeOf({ kind, bases }: FoundRelation): string {
  return kind === 'table' ? '' : ` to ${bases.join(' or ')}, on the columns that the view shows so`;
}
