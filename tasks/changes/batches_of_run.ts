import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';
import { type DagRun, findNamedRun, instancesOfRun, type TaskInstance } from '../../runner/history.ts';
import { type AppliedBatch, findBatches, instanceOf } from '../oms/changes/read_changes.ts';

const applied = z.looseObject({ batch_id: z.string() });

export interface RunBatches {
  readonly run: DagRun;
  /** Those that this run applied; none if it changed nothing. */
  readonly batches: readonly AppliedBatch[];
  /** Those that it found applied by another run. */
  readonly repeated: readonly AppliedBatch[];
}

/** Returns the ids of the batches that tasks report in their outputs: applied by them, or found applied. */
export function batchIdsOf(tasks: readonly TaskInstance[]): readonly string[] {
  return [...new Set(tasks.flatMap(({ output }) => applied.safeParse(output).data?.batch_id ?? []))];
}

/**
 * Returns the batches of a run, distinguished by the attempts that the OMS records for each batch.
 * @param name the id of a run, or of a DAG for its newest one
 * @throws NotFound if there is no such run
 */
export async function batchesOfRun(pool: Pool, client: PoolClient, name: string): Promise<RunBatches> {
  const run = await findNamedRun(pool, name);
  const tasks = await instancesOfRun(pool, run.runId);
  const batches = await findBatches(client, batchIdsOf(tasks));
  const own = new Set<number | null>(tasks.map(({ taskInstanceId }) => taskInstanceId));
  return {
    run,
    batches: batches.filter((batch) => own.has(instanceOf(batch))),
    repeated: batches.filter((batch) => !own.has(instanceOf(batch))),
  };
}
