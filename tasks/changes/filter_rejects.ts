import { parse } from 'csv-parse/sync';
import type { Pool } from 'pg';
import { z } from 'zod';
import { artifactChunks, findArtifact, runOfInstance } from '../../runner/history.ts';
import { REJECTS_NAME } from '../filter/publish_filtered.ts';
import { type AppliedBatch, instanceOf, type Some } from '../oms/changes/read_changes.ts';

const rejectSchema = z.object({ file: z.string(), line: z.string(), column: z.string(), reason: z.string() });

/** A row of the external system's file that the filter rejected. */
export type FilterReject = z.output<typeof rejectSchema>;

/** The rejects and the run that kept them, for readers who want the whole list. */
export interface FilterRejects extends Some<FilterReject> {
  readonly runId: number | null;
}

/** The rejects were replaced while they were read, as their run was worked again. */
export class RejectsReplaced extends Error {
  override name = 'RejectsReplaced';
  constructor(runId: number | null) {
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
  const artifact = runId === null ? null : await findArtifact(pool, runId, REJECTS_NAME);
  if (artifact === null) return { rows: [], total: 0, runId };
  const chunks = await Array.fromAsync(artifactChunks(pool, artifact, () => new RejectsReplaced(runId)));
  const rows: unknown[] = parse(Buffer.concat(chunks), {
    columns: true,
    relax_column_count: true,
    to: limit,
  });
  return { rows: rows.map((row) => rejectSchema.parse(row)), total: artifact.rows ?? rows.length, runId };
}
