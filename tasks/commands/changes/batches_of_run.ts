import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';
import { CommandError, type DagRun, EXIT, findNamedRun, instancesOfRun } from '../../../runner/command.ts';
import { type AppliedBatch, findBatches, instanceOf } from '../../oms/changes/read_changes.ts';

const applied = z.looseObject({ batch_id: z.string() });

export interface RunBatches {
  readonly runId: number;
  readonly batches: readonly AppliedBatch[];
}

/**
 * Returns the batches that a run applied, found by the attempts that the OMS records for each batch.
 * @throws CommandError (not found) if there is no such run, or if it applied nothing; the message says why
 */
export async function batchesOfRun(pool: Pool, client: PoolClient, name: string): Promise<RunBatches> {
  const run = await findNamedRun(pool, name);
  const tasks = await instancesOfRun(pool, run.runId);
  const ids = tasks.flatMap(({ output }) => applied.safeParse(output).data?.batch_id ?? []);
  const batches = await findBatches(client, [...new Set(ids)]);
  const own = new Set<number | null>(tasks.map(({ taskInstanceId }) => taskInstanceId));
  const byThisRun = batches.filter((batch) => own.has(instanceOf(batch)));
  if (byThisRun.length > 0) return { runId: run.runId, batches: byThisRun };
  throw new CommandError(EXIT.notFound, whyNone(run, batches));
}

function whyNone({ runId, dagId, state }: DagRun, repeated: readonly AppliedBatch[]): string {
  const which = `run ${runId} of ${dagId}`;
  const [first] = repeated;
  if (first !== undefined) {
    return (
      `${which} changed nothing: ${first.batch_id} was applied before, at ${first.applied_at}; ` +
      `stockflow runs list ${dagId} shows the run that did`
    );
  }
  if (state === 'queued' || state === 'running') {
    return `${which} is ${state} and has applied nothing yet; stockflow runs watch ${runId} follows it`;
  }
  return `${which} changed no inventory: it is ${state}, and none of its tasks applied a file; stockflow runs show ${runId} has more`;
}
