/**
 * The locks that a migration takes on tables that are there before it, read from its text: what has to wait while it is
 * applied.
 */

/** From the weakest to the strongest, as each statement of a migration takes one of them. */
export const LOCK_MODES = [
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'AccessExclusiveLock',
] as const;
/** The names of Postgres, as in `pg_locks.mode`. */
export type LockMode = (typeof LOCK_MODES)[number];

export interface TableLock {
  /** With its schema: `stockflow.worker`. */
  readonly table: string;
  readonly mode: LockMode;
  /** Whether a statement that takes it reads the whole table meanwhile, as for an index. */
  readonly readsTable: boolean;
}

const NAME = '([a-z_][a-z0-9_]*\\.[a-z_][a-z0-9_]*)';

interface Rule {
  readonly pattern: RegExp;
  readonly mode: LockMode;
  readonly readsTable?: RegExp;
}

const SCANNING = /\b(?:check|using)\b(?![\s\S]*\bnot valid\b)/;

const RULES: readonly Rule[] = [
  {
    pattern: new RegExp(`^alter table(?: if exists)?(?: only)? ${NAME} `),
    mode: 'AccessExclusiveLock',
    readsTable: SCANNING,
  },
  { pattern: new RegExp(`^drop table(?: if exists)? ${NAME}`), mode: 'AccessExclusiveLock' },
  { pattern: new RegExp(`^create(?: or replace)? view ${NAME}`), mode: 'AccessExclusiveLock' },
  { pattern: new RegExp(`^drop view(?: if exists)? ${NAME}`), mode: 'AccessExclusiveLock' },
  { pattern: new RegExp(`^drop trigger \\w+ on ${NAME}`), mode: 'AccessExclusiveLock' },
  { pattern: new RegExp(`^create trigger [\\s\\S]*? on ${NAME}`), mode: 'ShareRowExclusiveLock' },
  { pattern: new RegExp(`^create(?: unique)? index \\w+ on ${NAME}`), mode: 'ShareLock', readsTable: /^/ },
  { pattern: new RegExp(`^comment on (?:table|view) ${NAME}`), mode: 'ShareUpdateExclusiveLock' },
  { pattern: new RegExp(`^comment on column ${NAME}\\.`), mode: 'ShareUpdateExclusiveLock' },
  { pattern: new RegExp(`^update ${NAME}`), mode: 'RowExclusiveLock', readsTable: /^/ },
  { pattern: new RegExp(`^insert into ${NAME}`), mode: 'RowExclusiveLock' },
  { pattern: new RegExp(`^delete from ${NAME}`), mode: 'RowExclusiveLock', readsTable: /^/ },
];
const REFERENCE = new RegExp(`\\breferences ${NAME}`, 'g');
const CREATED = new RegExp(`^create(?: or replace)? (?:table|view)(?: if not exists)? ${NAME}`);

/** Returns the strongest lock on each table that the text does not create itself, in the order of the text. */
export function tableLocks(sql: string): readonly TableLock[] {
  const created = new Set<string>();
  const locks = new Map<string, TableLock>();
  const add = (lock: TableLock) => {
    const known = locks.get(lock.table);
    const isStronger = known === undefined || LOCK_MODES.indexOf(lock.mode) > LOCK_MODES.indexOf(known.mode);
    const readsTable = lock.readsTable || (known?.readsTable ?? false);
    locks.set(lock.table, { ...(isStronger ? lock : known), readsTable });
  };
  for (const statement of statementsOf(sql)) {
    for (const { pattern, mode, readsTable } of RULES) {
      const table = pattern.exec(statement)?.[1];
      if (table !== undefined) add({ table, mode, readsTable: readsTable?.test(statement) ?? false });
    }
    for (const [, table = ''] of statement.matchAll(REFERENCE))
      add({ table, mode: 'ShareRowExclusiveLock', readsTable: false });
    const own = CREATED.exec(statement)?.[1];
    if (own !== undefined && !statement.startsWith('create or replace')) created.add(own);
  }
  return [...locks.values()].filter(({ table }) => !created.has(table));
}

/** Splits at the semicolons outside of comments, quotes and dollar-quoted bodies, whose text is left out. */
function statementsOf(sql: string): readonly string[] {
  return sql
    .replaceAll(/--[^\n]*|'(?:[^']|'')*'|(\$\w*\$)[\s\S]*?\1/g, (text) => (text.startsWith('--') ? '' : "''"))
    .split(';')
    .map((statement) => statement.replaceAll(/\s+/g, ' ').trim().toLowerCase())
    .filter((statement) => statement !== '');
}
