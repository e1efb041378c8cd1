/** The migrations that a database records, and those that are left to apply. */
import { join } from 'node:path';
import type { Queryable } from '../queryable.ts';
import { type Migration, MigrationError, type MigrationSet, type MigrationSource } from './migration_file.ts';
import { SchemaMismatch } from './schema_mismatch.ts';

export interface MigrationRecord {
  readonly version: number;
  readonly name: string;
  readonly sha256: string;
  /** Null for one that was applied before versions said it. */
  readonly compatibleFrom: number | null;
}

/** The state of a set in a database. */
export interface MigrationState {
  /** The files that are left to apply, in order. */
  readonly pending: readonly Migration[];
  /** The newest version in the database; 0 where the set is not there. */
  readonly version: number;
  /** The migrations of a later version, which promise that this one works with them. */
  readonly newer: readonly MigrationRecord[];
}

export async function readRecords(db: Queryable, set: MigrationSet): Promise<readonly MigrationRecord[]> {
  const { rows: found } = await db.query<{ exists: boolean }>(
    "select to_regclass('stockflow.migration') is not null as exists",
  );
  if (found[0]?.exists !== true) return [];
  const { rows } = await db.query<MigrationRecord>(
    `select version, name, sha256, (to_jsonb(m) ->> 'compatible_from')::integer as "compatibleFrom"
       from stockflow.migration m where set_name = $1 order by version`,
    [set],
  );
  return rows;
}

/**
 * Compares the files with the records: the recorded files must be the first of the given ones.
 * @throws SchemaMismatch if the database has later migrations with which these do not work; MigrationError if a file is
 *   missing on one of the sides, or was changed
 */
export function migrationState(
  { set, directory }: MigrationSource,
  migrations: readonly Migration[],
  records: readonly MigrationRecord[],
): MigrationState {
  const known = migrations.at(-1)?.version ?? 0;
  const newer = records.filter(({ version }) => version > known);
  const needs = Math.max(0, ...newer.map(({ version, compatibleFrom }) => compatibleFrom ?? version));
  const last = records.at(-1) ?? null;
  if (needs > known) throw new SchemaMismatch('too_new', { set, known, newest: last?.name ?? null, needs });

  const done = records.slice(0, records.length - newer.length);
  for (const [index, record] of done.entries()) {
    const file = migrations[index];
    if (file === undefined || file.version > record.version) {
      throw new MigrationError(
        `the database has the ${set} migration ${record.name}, which ${directory} lacks. Restore the file`,
      );
    }
    if (file.version < record.version) throw notApplied(join(directory, file.name), record);
    if (file.sha256 !== record.sha256) {
      throw new MigrationError(
        `${join(directory, file.name)} was changed after it was applied. ` +
          'Restore it, and put the change into a new migration',
      );
    }
  }
  const pending = migrations.slice(done.length);
  if (pending[0] !== undefined && newer[0] !== undefined)
    throw notApplied(join(directory, pending[0].name), newer[0]);
  return { pending, version: last?.version ?? 0, newer };
}

function notApplied(file: string, later: MigrationRecord): MigrationError {
  return new MigrationError(
    `${file} is not in the database, though the later ${later.name} is. ` +
      'Number a new migration after all that were applied',
  );
}
