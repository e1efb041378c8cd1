import type { Queryable } from '../../store/queryable.ts';
import { type DagRun, findRun, listRuns } from '../../store/run/dag_run.ts';
import { NotFound } from '../errors.ts';
import { findNamed } from '../find_named.ts';

/** Returns the run that a person names: by its id, or as the newest of a DAG. @throws NotFound */
export async function findNamedRun(db: Queryable, name: string): Promise<DagRun> {
  return await findNamed(db, name, {
    noun: 'run',
    findById: (runId) => findRun(db, runId),
    newestOf: async (dagId) => (await listRuns(db, { dagId, limit: 1 }))[0],
  });
}

/** @throws NotFound */
export async function existingRun(db: Queryable, runId: number): Promise<DagRun> {
  const run = await findRun(db, runId);
  if (run === null) throw new NotFound({ noun: 'run', name: String(runId) });
  return run;
}
