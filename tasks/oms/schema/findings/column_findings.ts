/** Compares the columns of one table with those that the sync's statements name. */
import type { FoundColumn, FoundRelation } from '../catalog/found.ts';
import { type ColumnType, type RequiredColumn, type RequiredTable, sqlType } from '../required/table.ts';
import { columnSql } from './create_table.ts';
import { nameOf, type OmsFinding } from './finding.ts';

const NAIVE_TIME = 'timestamp without time zone';

/** The types, as Postgres writes them, with which the statements work as with the one that we would choose. */
const ACCEPTED: Readonly<Record<ColumnType, readonly string[]>> = {
  text: ['text', 'character varying'],
  boolean: ['boolean'],
  date: ['date'],
  timestamptz: ['timestamp with time zone'],
  quantity: ['numeric', 'bigint', 'integer', 'smallint'],
  integer: ['integer', 'smallint'],
  bigint: ['bigint'],
  jsonb: ['jsonb'],
  'text[]': ['text[]', 'character varying[]'],
};

interface Place {
  readonly table: RequiredTable;
  readonly relation: FoundRelation;
  readonly name: string;
  readonly required: RequiredColumn;
}

export function columnFindings(table: RequiredTable, relation: FoundRelation): readonly OmsFinding[] {
  return Object.entries(table.columns).flatMap(([name, required]) => {
    const place = { table, relation, name, required };
    const found = relation.columns.get(name);
    if (found === undefined) return [missing(place)];
    return ACCEPTED[required.type].includes(found.type)
      ? [zone, length, filling, emptiness, writing].flatMap((check) => check(place, found) ?? [])
      : [wrongType(place, found)];
  });
}

function finding(
  { table, relation, name }: Place,
  rest: Omit<OmsFinding, 'where' | 'sql'> & { readonly alter: string | null },
): OmsFinding {
  const { alter, ...words } = rest;
  const isTable = relation.kind === 'table';
  // A column of a view is altered in its query, or in the table below it, which may be named otherwise.
  const sql = alter === null || !isTable ? null : `alter table ${nameOf(table.name)} ${alter};`;
  return { ...words, where: `${table.name}.${name}`, sql };
}

function missing(place: Place): OmsFinding {
  const { relation, name, required } = place;
  const isTable = relation.kind === 'table';
  // What every row must have, only the OMS can fill in.
  const canAdd = !required.isNotNull || required.default !== undefined;
  const what = `${name} ${sqlType(required.type)}`;
  return finding(place, {
    severity: 'blocks',
    found: 'there is no such column',
    fix: isTable
      ? canAdd
        ? 'add it, and let the OMS fill it'
        : `add ${what} and fill it for every row`
      : `add ${what} to the view`,
    alter: canAdd ? `add column ${columnSql(name, required)}` : null,
  });
}

function wrongType(place: Place, { type }: FoundColumn): OmsFinding {
  const { relation, name, required } = place;
  const wanted = sqlType(required.type);
  const value = conversionOf(name, type, required.type);
  const isTable = relation.kind === 'table';
  const isNaive = type === NAIVE_TIME && required.type === 'timestamptz';
  return finding(place, {
    severity: 'blocks',
    found: isNaive
      ? `is ${type}: which instant it means depends on the zone of whoever reads it`
      : `is ${type} and must be ${wanted}`,
    fix: `${isTable ? `make it ${wanted}` : `let the view say ${value} as ${name}`}${isNaive ? ", with the zone in which the OMS writes it in place of 'UTC'" : ''}`,
    alter: [
      ...(required.default === undefined ? [] : [`alter column ${name} drop default`]),
      `alter column ${name} type ${wanted} using ${value}`,
      ...(required.default === undefined ? [] : [`alter column ${name} set default ${required.default}`]),
    ].join(', '),
  });
}

/** Returns the expression that makes of a column of one type a value of another. */
function conversionOf(name: string, from: string, to: ColumnType): string {
  if (to === 'timestamptz' && from === NAIVE_TIME) return `${name} at time zone 'UTC'`;
  // OFBiz's indicators.
  if (to === 'boolean' && /^(character|character varying|text|bpchar)$/.test(from)) return `(${name} = 'Y')`;
  return `${name}::${sqlType(to)}`;
}

function zone(place: Place, { isReadInSessionZone }: FoundColumn): OmsFinding | null {
  if (!isReadInSessionZone) return null;
  return finding(place, {
    severity: 'risk',
    found: `the view reads a ${NAIVE_TIME} in the zone of whoever asks, so that another setting of TimeZone moves every instant`,
    fix: `let the view say <column> at time zone 'UTC' as ${place.name}, with the zone in which the OMS writes it`,
    alter: null,
  });
}

function length(place: Place, found: FoundColumn): OmsFinding | null {
  const { name, required } = place;
  if (
    required.writtenLength === undefined ||
    found.length === null ||
    found.length >= required.writtenLength
  ) {
    return null;
  }
  return finding(place, {
    severity: 'blocks',
    found: `holds ${found.length} characters, and the sync writes up to ${required.writtenLength}`,
    fix: "widen it, here and in the OMS's own entity definition",
    alter: `alter column ${name} type varchar(${required.writtenLength})`,
  });
}

function filling(place: Place, found: FoundColumn): OmsFinding | null {
  const { name, required } = place;
  if (required.default === undefined || found.hasDefault) return null;
  return finding(place, {
    severity: 'blocks',
    found: 'has no default, and the sync inserts rows without it',
    fix: `give it the default ${required.default}, in the table where the rows are kept`,
    alter: `alter column ${name} set default ${required.default}`,
  });
}

function emptiness(place: Place, found: FoundColumn): OmsFinding | null {
  const { name, required } = place;
  if (!required.isNotNull || found.isNotNull !== false) return null;
  return finding(place, {
    severity: 'risk',
    found: 'may be null, and a row without it ends the night or is not counted',
    fix: 'fill the empty ones, then let no more be made',
    alter: `alter column ${name} set not null`,
  });
}

function writing(place: Place, found: FoundColumn): OmsFinding | null {
  const { table, relation } = place;
  if (
    table.rights.insert !== true ||
    relation.kind === 'table' ||
    !relation.takesInsert ||
    found.isWritable
  ) {
    return null;
  }
  return finding(place, {
    severity: 'blocks',
    found: 'is an expression in the view, and the sync writes it',
    fix: "let the view show the table's own column, or give it an instead of insert trigger",
    alter: null,
  });
}
