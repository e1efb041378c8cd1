import type { PoolClient } from 'pg';
import { readSql } from '../../database/sql.ts';
import type { Snapshot } from '../../night.ts';

const RESOLVE = readSql(import.meta.url, './resolve_facilities.sql');

/** A file's snapshot as the file says it: facilities under our id or under theirs. */
export interface FileSnapshot {
  readonly at: Temporal.Instant;
  readonly facilities: Readonly<Record<string, Temporal.Instant>>;
}

/** The same under our facility ids; a facility the OMS does not know is left out, as no row of it can be applied. */
export async function resolveSnapshot(client: PoolClient, file: FileSnapshot): Promise<Snapshot> {
  const ids = Object.keys(file.facilities);
  if (ids.length === 0) return { at: file.at, byFacility: new Map() };
  const { rows } = await client.query<{ facility_id: string; snapshot_at: Temporal.Instant }>(RESOLVE, [
    ids,
    Object.values(file.facilities),
  ]);
  return { at: file.at, byFacility: new Map(rows.map((row) => [row.facility_id, row.snapshot_at])) };
}
