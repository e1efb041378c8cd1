import { didYouMeanOrList } from '../../core/value/suggest.ts';
import { findDag, listDags } from '../../store/dag/dag.ts';
import type { Queryable } from '../../store/queryable.ts';
import { newestRunBefore, newestRunOn, statesOfTask } from '../../store/run/run_of_date.ts';
import { FailTask, type Runs } from '../../task.ts';

/** Returns the look-up of runs of any DAG in the runner's database. */
export function runsOf(db: Queryable): Runs {
  return {
    async newest({ dagId, date, taskId }) {
      const run = await ('on' in date
        ? newestRunOn(db, dagId, date.on)
        : newestRunBefore(db, dagId, date.before));
      if (run === null) {
        await requireDag(db, dagId);
        return null;
      }
      const { runId, businessDate, state } = run;
      const taskStates = taskId === undefined ? [] : await statesOfTask(db, runId, taskId);
      return { runId: String(runId), businessDate, state, taskStates };
    },
  };
}

/** @throws FailTask if there is no DAG of this id */
async function requireDag(db: Queryable, dagId: string): Promise<void> {
  if ((await findDag(db, dagId)) !== null) return;
  const known = (await listDags(db)).map((dag) => dag.dagId);
  throw new FailTask(`no DAG is called ${dagId}${didYouMeanOrList(dagId, known)}`);
}
