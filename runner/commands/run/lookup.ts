import type { Pool } from 'pg';
import { type DagRun, findRun, listRuns } from '../../store/run/dag_run.ts';
import { findNamed } from '../dag/find_named.ts';

/** Returns the run that a person names: by its id, or as the newest of a DAG. @throws CommandError (not found) */
export async function findNamedRun(pool: Pool, name: string): Promise<DagRun> {
  return await findNamed(pool, name, {
    noun: 'run',
    listCommand: 'stockflow runs list',
    findById: (runId) => findRun(pool, runId),
    newestOf: async (dagId) => (await listRuns(pool, { dagId, limit: 1 }))[0],
    firstText: (dagId) => `stockflow trigger ${dagId} starts one`,
  });
}
