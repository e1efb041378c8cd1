import type { PoolClient } from 'pg';
import { readSql } from '../../database/sql.ts';
import type { Snapshot } from '../../night.ts';

const RESOLVE = readSql(import.meta.url, './resolve_facilities.sql');

/** A file's snapshot as the file gives it, with facilities under our ids or theirs. */
export interface FileSnapshot {
  readonly at: Temporal.Instant;
  readonly facilities: Readonly<Record<string, Temporal.Instant>>;
}

/** Resolves facilities to our ids; a facility unknown to the OMS is left out, since none of its rows can be applied. */
export async function resolveSnapshot(client: PoolClient, file: FileSnapshot): Promise<Snapshot> {
  const ids = Object.keys(file.facilities);
  if (ids.length === 0) return { at: file.at, byFacility: new Map() };
  const { rows } = await client.query<{ facility_id: string; snapshot_at: Temporal.Instant }>(RESOLVE, [
    ids,
    Object.values(file.facilities),
  ]);
  return { at: file.at, byFacility: new Map(rows.map((row) => [row.facility_id, row.snapshot_at])) };
}
