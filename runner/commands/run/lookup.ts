import type { Pool } from 'pg';
import { didYouMeanOrList } from '../../core/value/suggest.ts';
import { listDags } from '../../store/dag/dag.ts';
import { type DagRun, findRun, listRuns } from '../../store/run/dag_run.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';

/** The run that a person names: by its id, or as the newest of a DAG. @throws CommandError (not found) */
export async function findNamedRun(pool: Pool, name: string): Promise<DagRun> {
  if (/^\d{1,15}$/.test(name)) {
    const run = await findRun(pool, Number(name));
    if (run === null)
      throw new CommandError(EXIT.notFound, `there is no run ${name}; stockflow runs list shows them`);
    return run;
  }
  const [newest] = await listRuns(pool, { dagId: name, limit: 1 });
  if (newest !== undefined) return newest;
  const known = (await listDags(pool)).map(({ dagId }) => dagId);
  throw new CommandError(
    EXIT.notFound,
    known.includes(name)
      ? `${name} has no run yet; stockflow trigger ${name} starts one`
      : `there is no run and no DAG ${name}${didYouMeanOrList(name, known)}`,
  );
}
