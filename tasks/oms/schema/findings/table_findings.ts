/** Compares the tables and views that are there with those that the sync needs. */
import type { FoundRelation } from '../catalog/found.ts';
import { isWritten, type RequiredTable } from '../required/table.ts';
import { createTableSql } from './create_table.ts';
import { nameOf, type OmsFinding } from './finding.ts';

/** @param found null where nothing has the name */
export function tableFindings(table: RequiredTable, found: FoundRelation | null): readonly OmsFinding[] {
  if (found === null) return [missing(table)];
  return [...kindFindings(table, found), ...seenThroughFindings(table, found)];
}

function missing(table: RequiredTable): OmsFinding {
  const where = table.name;
  if (table.owner === 'sync') {
    return {
      severity: 'blocks',
      where,
      found: 'there is no such table; the sync keeps its own record in it',
      fix: 'create it',
      sql: createTableSql(table),
    };
  }
  const columns = Object.keys(table.columns).join(', ');
  return {
    severity: 'blocks',
    where,
    found: 'there is neither a table nor a view of this name',
    fix: `create a view of this name over the OMS's own table, with the columns ${columns}${isWritten(table) ? '; rows are inserted through it' : ''}`,
    sql: null,
  };
}

function kindFindings(table: RequiredTable, { kind, takesInsert }: FoundRelation): readonly OmsFinding[] {
  const where = table.name;
  if (kind === 'table') return [];
  if (table.owner === 'sync') {
    return [
      {
        severity: 'blocks',
        where,
        found: `is a ${kind}; the sync's own record is kept in tables, which can be locked and have keys`,
        fix: `move it out of the way, then create the table`,
        sql: null,
      },
    ];
  }
  if (table.rights.insert === true && !takesInsert) {
    return [
      {
        severity: 'blocks',
        where,
        found: `is a ${kind} that takes no rows, and the sync inserts into it`,
        fix: `make it a view of one table, without join, group by, distinct or limit, or give it an instead of insert trigger for ${Object.keys(table.columns).join(', ')}`,
        sql: null,
      },
    ];
  }
  if (kind === 'materialized view') {
    return [
      {
        severity: 'blocks',
        where,
        found: 'is a materialized view: a night would work on rows as old as its last refresh',
        fix: 'make it a plain view, or a table that the OMS itself writes',
        sql: null,
      },
    ];
  }
  if (kind === 'foreign table') {
    return [
      {
        severity: 'risk',
        where,
        found:
          'is a foreign table: its keys and indexes cannot be seen, and a commit on two servers can succeed on one of them alone',
        fix: "let the connection lead to the OMS's own database, or to a replica of it in this one",
        sql: null,
      },
    ];
  }
  return [];
}

function seenThroughFindings(table: RequiredTable, { kind, bases }: FoundRelation): readonly OmsFinding[] {
  if (kind !== 'view' || bases.length > 0 || (table.keys.length === 0 && table.indexes.length === 0))
    return [];
  return [
    {
      severity: 'note',
      where: table.name,
      found:
        'is a view whose tables cannot be seen from here, so that their keys, indexes and triggers were not checked',
      fix: `have the owner check them: ${[
        ...table.keys.map(({ columns }) => `unique (${columns.join(', ')})`),
        ...table.indexes.map(({ columns }) => `an index on (${columns.join(', ')})`),
      ].join('; ')}`,
      sql: null,
    },
  ];
}

/** Returns a finding for each column that an insert must give and that the sync does not know of. */
export function mandatoryFindings(table: RequiredTable, found: FoundRelation): readonly OmsFinding[] {
  if (table.rights.insert !== true) return [];
  const own = [...found.columns.values()]
    .filter(
      ({ name, isNotNull, hasDefault }) => isNotNull === true && !hasDefault && !(name in table.columns),
    )
    .map(({ name }) => name);
  const [base] = found.bases;
  return [...own, ...found.hiddenMandatory].map((column) => ({
    severity: 'blocks',
    where: `${table.name}.${column}`,
    found: 'must be given and has no default; the sync inserts rows without it',
    fix: 'give it a default, or let it be null',
    sql: `alter table ${found.kind === 'table' ? nameOf(table.name) : base} alter column ${column} drop not null;`,
  }));
}
