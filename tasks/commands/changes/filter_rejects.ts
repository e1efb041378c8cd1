import { parse } from 'csv-parse/sync';
import type { Pool } from 'pg';
import { z } from 'zod';
import { artifactChunks, CommandError, EXIT, findArtifact, runOfInstance } from '../../../runner/command.ts';
import { REJECTS_NAME } from '../../filter/publish_filtered.ts';
import { type AppliedBatch, instanceOf, type Some } from '../../oms/changes/read_changes.ts';

const rejectSchema = z.object({ file: z.string(), line: z.string(), column: z.string(), reason: z.string() });

/** A row of the external system's file that the filter rejected. */
export type FilterReject = z.output<typeof rejectSchema>;

/** The rejects and the run that kept them, for readers who want the whole list. */
export interface FilterRejects extends Some<FilterReject> {
  readonly runId: number | null;
}

/**
 * Returns the rows that the filter rejected on the night of these batches, as its run kept them. Empty if another
 * runner's database has the run, or if its artifacts were pruned.
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
  const replaced = () =>
    new CommandError(
      EXIT.problem,
      `the rejects of run ${runId} were replaced while they were read; ask again`,
    );
  const chunks = await Array.fromAsync(artifactChunks(pool, artifact, replaced));
  const rows: unknown[] = parse(Buffer.concat(chunks), {
    columns: true,
    relax_column_count: true,
    to: limit,
  });
  return { rows: rows.map((row) => rejectSchema.parse(row)), total: artifact.rows ?? rows.length, runId };
}
