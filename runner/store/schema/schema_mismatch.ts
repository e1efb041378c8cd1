/** Whether code and database fit: code works on its own schema, and on newer ones that promise to work with it. */
import { errorCode } from '../../connections/postgres/errors.ts';
import { versionText } from '../../core/schema/migration_header.ts';
import type { Queryable } from '../queryable.ts';
import { MigrationError, type MigrationSet } from './migration_file.ts';

/** The newest migration of a database beside that which the code knows. */
export interface SchemaFacts {
  readonly set: MigrationSet;
  /** The newest version that the code knows. */
  readonly known: number;
  /** The name of the newest file that was applied; null where none was. */
  readonly newest: string | null;
  /** The lowest version with which the newer migrations of the database work. */
  readonly needs: number;
}

/** The schema of the database does not fit this code. */
export class SchemaMismatch extends MigrationError {
  override name = 'SchemaMismatch';
  readonly kind: 'too_new' | 'too_old';
  readonly facts: SchemaFacts;

  constructor(kind: 'too_new' | 'too_old', facts: SchemaFacts) {
    super(kind === 'too_new' ? tooNewText(facts) : tooOldText(facts));
    this.kind = kind;
    this.facts = facts;
  }
}

function tooNewText({ set, known, newest, needs }: SchemaFacts): string {
  return (
    `the database is newer than this code: it has the ${set} migration ${newest}, and works with versions that know ` +
    `${versionText(needs)}; this one knows ${versionText(known)}`
  );
}

function tooOldText({ set, known, newest }: SchemaFacts): string {
  const found = newest === null ? `no ${set} migration` : `the ${set} migrations up to ${newest}`;
  return `the database is older than this code: it has ${found}, and this version needs ${versionText(known)}`;
}

const UNDEFINED_TABLE = '42P01';

/**
 * Returns why code that knows the runner's schema up to `known` cannot work on this database; null if it can. One
 * statement over a small table: workers ask at their start and with every sweep.
 */
export async function schemaMismatch(db: Queryable, known: number): Promise<SchemaMismatch | null> {
  const set = 'runner';
  const { newest, version, needs } = await readNewest(db, { set, known });
  if (needs !== null && needs > known) return new SchemaMismatch('too_new', { set, known, newest, needs });
  if ((version ?? 0) < known) return new SchemaMismatch('too_old', { set, known, newest, needs: known });
  return null;
}

interface Newest {
  readonly version: number | null;
  readonly newest: string | null;
  readonly needs: number | null;
}

async function readNewest(
  db: Queryable,
  { set, known }: Pick<SchemaFacts, 'set' | 'known'>,
): Promise<Newest> {
  const none = { version: null, newest: null, needs: null };
  try {
    // As JSON: a database from before the column has none of it, and is older than any code that asks.
    const { rows } = await db.query<Newest>(
      `select max(version) as version, max(name) as newest,
              max(coalesce((to_jsonb(m) ->> 'compatible_from')::integer, version)) filter (where version > $2) as needs
         from stockflow.migration m where set_name = $1`,
      [set, known],
    );
    return rows[0] ?? none;
  } catch (error) {
    if (errorCode(error) === UNDEFINED_TABLE) return none;
    throw error;
  }
}
