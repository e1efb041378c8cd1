import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';
import { type FileEntry, location } from '../../../../runner/task.ts';
import { instantSchema } from '../../../inventory/file/instant.ts';
import { deltaManifestSchema } from '../../../inventory/file/manifest.ts';
import { readSql } from '../../database/sql.ts';

const JUDGED_FILES = readSql(import.meta.url, './judged_files.sql');
const JUDGE_FILE = readSql(import.meta.url, './judge_file.sql');

/** A complete file that nothing was done with yet: an element of `list_new_files`' output, as the next task reads it. */
export const listedFileSchema = z.strictObject({
  location: location({ access: 'read', of: 'file' }),
  name: z.string(),
  bytes: z.int().nonnegative(),
  /** Null where the server does not tell: then the size alone says whether it is the same file. */
  modified_at: instantSchema.nullable(),
  manifest: deltaManifestSchema.nullable(),
});
export type ListedFile = z.output<typeof listedFileSchema>;

export type Judgement =
  | { readonly outcome: 'applied' | 'repeated'; readonly reason: null }
  | { readonly outcome: 'refused'; readonly reason: string };

export interface JudgedFile {
  readonly location: string;
  readonly outcome: Judgement['outcome'];
  /** Empty for one that was not refused. */
  readonly reason: string;
}

/** Those of `entries` that were applied or refused as they are now; one that has changed since counts as new. */
export async function judgedFiles(
  pool: Pool,
  externalSystemId: string,
  entries: readonly FileEntry[],
): Promise<readonly JudgedFile[]> {
  const { rows } = await pool.query<JudgedFile>(JUDGED_FILES, [
    externalSystemId,
    entries.map(({ location }) => location),
    entries.map(({ bytes }) => bytes),
    entries.map(({ modifiedAt }) => modifiedAt),
  ]);
  return rows;
}

/** Keeps what became of a file, so that it is not offered again while it stays as it is. */
export async function judgeFile(
  client: PoolClient,
  { externalSystemId, file }: { readonly externalSystemId: string; readonly file: ListedFile },
  { outcome, reason }: Judgement,
): Promise<void> {
  await client.query(JUDGE_FILE, [
    externalSystemId,
    file.location,
    file.bytes,
    file.modified_at,
    outcome,
    reason,
  ]);
}
