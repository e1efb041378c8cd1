/** An OMS's tables and views as the catalog shows them. */

export interface FoundColumn {
  readonly name: string;
  /** The type without its length, as Postgres writes it: `timestamp with time zone`. */
  readonly type: string;
  /** Characters, of a type that is limited to them. */
  readonly length: number | null;
  /** Null where it cannot be known: a view's column that is an expression. */
  readonly isNotNull: boolean | null;
  /** Whether the database fills the column where an insert leaves it out. */
  readonly hasDefault: boolean;
  readonly maySelect: boolean;
  readonly mayInsert: boolean;
  readonly mayUpdate: boolean;
  /** Whether it takes a value at all, whoever writes: an expression of a view does not. */
  readonly isWritable: boolean;
  /** Whether a view turns a time without a zone into one with, by the zone of the session that reads. */
  readonly isReadInSessionZone: boolean;
}

export interface FoundIndex {
  readonly name: string;
  /** Null stands for an expression, or for a column that a view does not show. */
  readonly columns: readonly (string | null)[];
  /** Whether no two rows at all may have the same values. */
  readonly isUnique: boolean;
  /** The condition of a partial index. */
  readonly where: string | null;
}

export interface FoundTrigger {
  readonly name: string;
  /** `schema.table`: below a view it is that of another table. */
  readonly table: string;
  readonly isEnabled: boolean;
  readonly isOnInsert: boolean;
  /** Whether its function works with the rights of its owner and not of whoever inserts. */
  readonly isSecurityDefiner: boolean;
  readonly source: string;
}

export type RelationKind = 'table' | 'view' | 'materialized view' | 'foreign table';

export interface FoundRelation {
  /** The name within the OMS's schema. */
  readonly name: string;
  readonly kind: RelationKind;
  readonly columns: ReadonlyMap<string, FoundColumn>;
  /** Its indexes; for a view, those of the tables below it with the view's names of the columns. */
  readonly indexes: readonly FoundIndex[];
  readonly triggers: readonly FoundTrigger[];
  readonly mayDelete: boolean;
  readonly mayLock: boolean;
  readonly takesInsert: boolean;
  readonly takesDelete: boolean;
  /** The tables that a view reads, as `schema.table`; empty where it cannot be seen through. Of a table, itself. */
  readonly bases: readonly string[];
  /** The server's sentence where a view that the role may read refuses it all the same, as tables below it do. */
  readonly refusal: string | null;
  /** Columns of the one table below that must be given and that this relation does not show. */
  readonly hiddenMandatory: readonly string[];
}

export interface FoundServer {
  readonly version: string;
  readonly versionNumber: number;
  readonly database: string;
  readonly role: string;
  readonly timeZone: string;
  readonly isStandby: boolean;
  readonly isReadOnly: boolean;
  readonly mayCreateTemporary: boolean;
  readonly hasSchema: boolean;
  readonly mayUseSchema: boolean;
}

export interface FoundOms {
  readonly server: FoundServer;
  /** By name; those that the sync needs and that are there. */
  readonly relations: ReadonlyMap<string, FoundRelation>;
}
