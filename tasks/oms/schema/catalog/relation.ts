/** Makes of the catalog's rows what the checks compare: of a view, what the tables below it lend to it. */
import type { FoundColumn, FoundIndex, FoundRelation, FoundTrigger, RelationKind } from './found.ts';
import { quoted } from './quoted.ts';
import type { ViewSource, ViewSources } from './view_sources.ts';

export interface ReadRelation {
  readonly schema: string;
  readonly name: string;
  /** `pg_class.relkind`. */
  readonly kind: string;
  readonly columns: readonly FoundColumn[];
  readonly indexes: readonly FoundIndex[];
  readonly triggers: readonly FoundTrigger[];
  readonly may_delete: boolean;
  readonly may_lock: boolean;
  readonly takes_insert: boolean;
  readonly takes_delete: boolean;
}

const KINDS: Readonly<Record<string, RelationKind>> = {
  v: 'view',
  m: 'materialized view',
  f: 'foreign table',
};

export function relationOf(read: ReadRelation): FoundRelation {
  return {
    name: read.name,
    kind: KINDS[read.kind] ?? 'table',
    columns: new Map(read.columns.map((column) => [column.name, column])),
    indexes: read.indexes,
    triggers: read.triggers,
    mayDelete: read.may_delete,
    mayLock: read.may_lock,
    takesInsert: read.takes_insert,
    takesDelete: read.takes_delete,
    bases: [displayOf(read)],
    refusal: null,
    hiddenMandatory: [],
  };
}

/** Returns a view with the keys, indexes and triggers of the tables below it. */
export function overBases(
  view: ReadRelation,
  sources: ViewSources,
  bases: readonly ReadRelation[],
): FoundRelation {
  const relation = relationOf(view);
  const sourced = view.columns.map((column, index) => ({ column, source: sources.columns[index] ?? null }));
  // A materialized view is planned as a table of its own.
  if (relation.kind === 'materialized view') return relation;
  const [only] = bases;
  const isOfOne = sources.tables.length === 1 && only !== undefined;
  return {
    ...relation,
    columns: new Map(
      sourced.map(({ column, source }) => [
        column.name,
        columnOver(column, baseColumn(source, bases), source),
      ]),
    ),
    indexes: bases.flatMap((base) =>
      base.indexes.map((index) => ({
        ...index,
        // Joined to another table, the rows of one may come several times.
        isUnique: index.isUnique && isOfOne,
        columns: index.columns.map((name) => nameInView(name, base, sourced)),
        where: index.where?.replaceAll(/\w+/g, (word) => nameInView(word, base, sourced) ?? word) ?? null,
      })),
    ),
    triggers: [...relation.triggers, ...bases.flatMap(({ triggers }) => triggers)],
    bases: bases.map(displayOf),
    hiddenMandatory: isOfOne
      ? only.columns
          .filter((column) => isMandatory(column) && nameInView(column.name, only, sourced) === null)
          .map(({ name }) => name)
      : [],
  };
}

export function isMandatory({ isNotNull, hasDefault }: FoundColumn): boolean {
  return isNotNull === true && !hasDefault;
}

function displayOf({ schema, name }: Pick<ReadRelation, 'schema' | 'name'>): string {
  return `${quoted(schema)}.${quoted(name)}`;
}

function baseColumn(source: ViewSource | null, bases: readonly ReadRelation[]): FoundColumn | null {
  const base = bases.find(({ schema, name }) => schema === source?.schema && name === source.table);
  return base?.columns.find(({ name }) => name === source?.column) ?? null;
}

function columnOver(column: FoundColumn, base: FoundColumn | null, source: ViewSource | null): FoundColumn {
  return {
    ...column,
    length: column.length ?? base?.length ?? null,
    isNotNull: base?.isNotNull ?? null,
    hasDefault: column.hasDefault || base?.hasDefault === true,
    isReadInSessionZone: source?.cast === 'session_zone' && base?.type === 'timestamp without time zone',
  };
}

function nameInView(
  name: string | null,
  base: ReadRelation,
  sourced: readonly { readonly column: FoundColumn; readonly source: ViewSource | null }[],
): string | null {
  const found = sourced.find(
    ({ source }) =>
      source !== null &&
      source.cast === 'none' &&
      source.schema === base.schema &&
      source.table === base.name &&
      source.column === name,
  );
  return found?.column.name ?? null;
}
