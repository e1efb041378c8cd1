import { parse } from 'csv-parse/sync';
import type { Pool } from 'pg';
import { z } from 'zod';
import { artifactChunks, findArtifact, runOfInstance } from '../../runner/history.ts';
import { REJECTS_NAME } from '../filter/publish_filtered.ts';
import { type AppliedBatch, instanceOf, type Some } from '../oms/changes/read_changes.ts';

const rejectSchema = z.object({ file: z.string(), line: z.string(), column: z.string(), reason: z.string() });
const rawSchema = rejectSchema.extend({ raw: z.string().default('') });

/** A row of the external system's file that the filter rejected. */
export type FilterReject = z.output<typeof rejectSchema>;
/** With the row itself. */
export type RawFilterReject = z.output<typeof rawSchema>;

/** The rejects and the run that kept them, for readers who want the whole list. */
export interface FilterRejects extends Some<FilterReject> {
  readonly runId: number | null;
}

/** The rejects were replaced while they were read, as their run was worked again. */
export class RejectsReplaced extends Error {
  override name = 'RejectsReplaced';
  constructor(runId: number) {
    super(`the rejects of run ${runId} were replaced while they were read; ask again`);
  }
}

/**
 * Returns the rows that the filter rejected on the night of these batches, as its run kept them. Empty if another
 * runner's database has the run, or if its artifacts were pruned.
 * @throws RejectsReplaced
 */
export async function filterRejectsOf(
  pool: Pool,
  batches: readonly AppliedBatch[],
  limit: number,
): Promise<FilterRejects> {
  const reset = batches.find(({ kind }) => kind === 'RESET');
  const instanceId = reset === undefined ? null : instanceOf(reset);
  const runId =
    instanceId === null ? null : await runOfInstance(pool, instanceId, reset?.business_date ?? null);
  const kept = runId === null ? null : await readKept(pool, runId, { limit });
  if (kept === null) return { rows: [], total: 0, runId };
  return { rows: kept.rows.map((row) => rejectSchema.parse(row)), total: kept.total, runId };
}

/**
 * Returns the rejected rows of a run that `matches` accepts; null where they are more bytes than `maxBytes`, and not read.
 * @throws RejectsReplaced
 */
export async function filterRejectsWhere(
  pool: Pool,
  runId: number,
  { matches, maxBytes }: { readonly matches: (raw: string) => boolean; readonly maxBytes: number },
): Promise<readonly RawFilterReject[] | null> {
  const kept = await readKept(pool, runId, { maxBytes });
  if (kept === 'too_large') return null;
  const rows = kept === null ? [] : kept.rows.map((row) => rawSchema.parse(row));
  return rows.filter(({ raw }) => matches(raw));
}

interface Kept {
  readonly rows: readonly unknown[];
  readonly total: number;
}

async function readKept(pool: Pool, runId: number, bounds: { readonly limit: number }): Promise<Kept | null>;
async function readKept(
  pool: Pool,
  runId: number,
  bounds: { readonly maxBytes: number },
): Promise<Kept | 'too_large' | null>;
async function readKept(
  pool: Pool,
  runId: number,
  { limit, maxBytes }: { readonly limit?: number; readonly maxBytes?: number },
): Promise<Kept | 'too_large' | null> {
  const artifact = await findArtifact(pool, runId, REJECTS_NAME);
  if (artifact === null) return null;
  if (maxBytes !== undefined && artifact.bytes > maxBytes) return 'too_large';
  const chunks = await Array.fromAsync(artifactChunks(pool, artifact, () => new RejectsReplaced(runId)));
  const rows: unknown[] = parse(Buffer.concat(chunks), {
    columns: true,
    relax_column_count: true,
    ...(limit === undefined ? {} : { to: limit }),
  });
  return { rows, total: artifact.rows ?? rows.length };
}
