/** Reads from the OMS what the last night of each external system did, in figures. */
import type { PoolClient } from 'pg';
import { z } from 'zod';
import { readSql } from '../database/sql.ts';

const LAST_NIGHTS = readSql(import.meta.url, './last_nights.sql');

export interface NightFigures {
  readonly externalSystemId: string;
  /** When the file was applied, in Unix seconds. */
  readonly appliedS: number;
  readonly fileRows: number;
  /** Keys whose count was set, also those that were right already. */
  readonly setKeys: number;
  readonly changedKeys: number;
  readonly rejectedRows: number;
  /** Keys left at the OMS's own count. */
  readonly heldOutKeys: number;
  readonly zeroOrBelowKeys: number;
  /** Keys that the variance file corrected; null before it was applied. */
  readonly correctedKeys: number | null;
  /** Keys that the newest proof of the night found wrong; null before it was checked. */
  readonly wrongKeys: number | null;
  /** When the newest night that was proven was checked, in Unix seconds; null if none of the last two months was. */
  readonly provenS: number | null;
}

const rowSchema = z.object({
  external_system_id: z.string(),
  applied_s: z.number(),
  result: z.object({
    rows: z.number(),
    keys: z.number(),
    changed_keys: z.number(),
    rejected: z.number(),
    held_out_keys: z.number(),
    conflicting_keys: z.number(),
    keys_at_several_locations: z.number().default(0),
    zero_or_below: z.object({ count: z.number() }),
  }),
  variance_result: z.object({ keys: z.number() }).nullable(),
  wrong: z.number().nullable(),
  proven_s: z.number().nullable(),
});

export async function lastNightFigures(client: PoolClient): Promise<readonly NightFigures[]> {
  const { rows } = await client.query(LAST_NIGHTS);
  return z
    .array(rowSchema)
    .parse(rows)
    .map(({ result, ...row }) => ({
      externalSystemId: row.external_system_id,
      appliedS: row.applied_s,
      fileRows: result.rows,
      setKeys: result.keys,
      changedKeys: result.changed_keys,
      rejectedRows: result.rejected,
      heldOutKeys: result.held_out_keys + result.conflicting_keys + result.keys_at_several_locations,
      zeroOrBelowKeys: result.zero_or_below.count,
      correctedKeys: row.variance_result?.keys ?? null,
      wrongKeys: row.wrong,
      provenS: row.proven_s,
    }));
}
