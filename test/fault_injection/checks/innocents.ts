import type { InstanceFact, RunFact, Violation } from '../verify/facts.ts';

/** The task of a deadly run that ends its process. */
const DEADLY_TASK = 'deadly';

/**
 * E12: only a task that ends its own process is quarantined, whichever tasks die beside it; and such a task is
 * identified by the isolated process that it ended.
 *
 * @param runs those that have ended
 */
export function checkInnocents(
  { runs, instances }: { readonly runs: readonly RunFact[]; readonly instances: readonly InstanceFact[] },
  deadlyDags: ReadonlySet<string>,
): readonly Violation[] {
  const deadlyRuns = new Set(runs.filter(({ dagId }) => deadlyDags.has(dagId)).map(({ runId }) => runId));
  return instances.flatMap(({ instanceId, runId, taskId, state, errorClass, errorText }) => {
    const name = `${taskId} of run ${runId} (instance ${instanceId})`;
    const isDeadly = taskId === DEADLY_TASK;
    if (!isDeadly && errorClass === 'Quarantined') {
      return [violation(`${name} was quarantined, and ends no process`)];
    }
    if (isDeadly && deadlyRuns.has(runId) && errorClass !== 'ProcessCrashed') {
      return [violation(`${name} ended ${state} (${errorClass}: ${errorText}) instead of by what killed it`)];
    }
    return [];
  });
}

function violation(text: string): Violation {
  return { invariant: 'E12', text };
}
