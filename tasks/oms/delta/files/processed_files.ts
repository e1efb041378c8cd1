import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';
import { type FileEntry, location } from '../../../../runner/task.ts';
import { instantSchema } from '../../../inventory/file/instant.ts';
import { deltaManifestSchema } from '../../../inventory/file/manifest.ts';
import { readSql } from '../../database/sql.ts';

const PROCESSED_FILES = readSql(import.meta.url, './processed_files.sql');
const RECORD_FILE = readSql(import.meta.url, './record_file.sql');

/** A complete file that was not processed yet: an element of `list_new_files`' output, as the next task reads it. */
export const listedFileSchema = z.strictObject({
  location: location({ access: 'read', of: 'file' }),
  name: z.string(),
  bytes: z.int().nonnegative(),
  /** Null if the server gives none: then the size alone identifies the file's version. */
  modified_at: instantSchema.nullable(),
  manifest: deltaManifestSchema.nullable(),
});
export type ListedFile = z.output<typeof listedFileSchema>;

export type FileOutcome =
  | { readonly outcome: 'applied' | 'repeated'; readonly reason: null }
  | { readonly outcome: 'refused'; readonly reason: string };

export interface ProcessedFile {
  readonly location: string;
  readonly outcome: FileOutcome['outcome'];
  /** Empty unless the file was refused. */
  readonly reason: string;
}

/** Returns the entries that were applied or refused in their present version; a changed file counts as new. */
export async function processedFiles(
  pool: Pool,
  externalSystemId: string,
  entries: readonly FileEntry[],
): Promise<readonly ProcessedFile[]> {
  const { rows } = await pool.query<ProcessedFile>(PROCESSED_FILES, [
    externalSystemId,
    entries.map(({ location }) => location),
    entries.map(({ bytes }) => bytes),
    entries.map(({ modifiedAt }) => modifiedAt),
  ]);
  return rows;
}

/**
 * Records the outcome of a file, so that it is not listed again while it is unchanged. The column `judged_at` keeps
 * its name because the OMS's tables are a contract.
 */
export async function recordFile(
  client: PoolClient,
  { externalSystemId, file }: { readonly externalSystemId: string; readonly file: ListedFile },
  { outcome, reason }: FileOutcome,
): Promise<void> {
  await client.query(RECORD_FILE, [
    externalSystemId,
    file.location,
    file.bytes,
    file.modified_at,
    outcome,
    reason,
  ]);
}
