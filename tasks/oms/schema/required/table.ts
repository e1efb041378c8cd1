/** A table of the OMS as the sync's statements need it. */

/** `quantity` is any exact number, `numeric(18,6)` where we make the column. */
export type ColumnType =
  | 'text'
  | 'boolean'
  | 'date'
  | 'timestamptz'
  | 'quantity'
  | 'integer'
  | 'bigint'
  | 'jsonb'
  | 'text[]';

export interface RequiredColumn {
  readonly type: ColumnType;
  /** Rows without it cannot be worked; false by default. */
  readonly isNotNull?: boolean;
  /** An SQL expression. Our inserts leave the column out, so that the database must fill it. */
  readonly default?: string;
  /** The longest text that we write, in characters. */
  readonly writtenLength?: number;
}

export type Severity = 'blocks' | 'risk' | 'note';

/** Columns of which no two rows may have the same values. */
export interface RequiredKey {
  readonly columns: readonly string[];
  /** How bad it is where nothing enforces the key, and the reason. */
  readonly severity: Severity;
  readonly why: string;
}

/** Columns with which an index must begin, in this order. */
export interface RequiredIndex {
  readonly columns: readonly string[];
  /** The only rows that are looked up; an index of all rows serves as well. */
  readonly where?: string;
  readonly why: string;
}

export interface RequiredRights {
  readonly select?: true;
  readonly insert?: true;
  readonly delete?: true;
  /** The columns, or all of them where the table is locked too, for which Postgres wants the right to the whole table. */
  readonly update?: readonly string[] | 'all';
}

export interface RequiredTable {
  readonly name: string;
  /** `oms`: the OMS's own, a table or a view over one. `sync`: made for the sync, always a table. */
  readonly owner: 'oms' | 'sync';
  readonly columns: Readonly<Record<string, RequiredColumn>>;
  readonly keys: readonly RequiredKey[];
  readonly indexes: readonly RequiredIndex[];
  readonly rights: RequiredRights;
}

export const SCHEMA = 'oms';

const SQL_TYPES: Readonly<Partial<Record<ColumnType, string>>> = { quantity: 'numeric(18,6)' };

/** Returns the type under which we would make the column. */
export function sqlType(type: ColumnType): string {
  return SQL_TYPES[type] ?? type;
}

export function isWritten({ rights }: RequiredTable): boolean {
  return rights.insert === true || rights.update !== undefined || rights.delete === true;
}
