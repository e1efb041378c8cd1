import type { CampaignFacts, Violation } from '../verify/facts.ts';

/** The number of worker crashes after which a task is quarantined. */
const CRASHES_TO_QUARANTINE = 3;

const BY_DESIGN = 'it fails by design';

/**
 * Checks that every run has ended in success, or failed by design. The only other correct end is quarantine: a task that
 * lost its worker three times has failed, and its run with it.
 * @param failing the DAGs whose runs fail by design
 */
export function checkEndedRight(
  { runs, instances, attempts }: Pick<CampaignFacts, 'runs' | 'instances' | 'attempts'>,
  failing: ReadonlySet<string> = new Set(),
): readonly Violation[] {
  const byRun = Map.groupBy(instances, ({ runId }) => runId);
  const byInstance = Map.groupBy(attempts, ({ instanceId }) => instanceId);
  return runs.flatMap(({ runId, dagId, state }) => {
    const own = byRun.get(runId) ?? [];
    const isFailedByDesign = state === 'failed' && own.some(({ errorText }) => errorText === BY_DESIGN);
    if (failing.has(dagId) ? isFailedByDesign : state === 'success') return [];
    const quarantined = own.filter(
      ({ errorClass, instanceId }) =>
        errorClass === 'Quarantined' &&
        (byInstance.get(instanceId) ?? []).filter((attempt) => attempt.state === 'crashed').length >=
          CRASHES_TO_QUARANTINE,
    );
    if (state === 'failed' && quarantined.length > 0) return [];
    const tasks = own
      .filter((task) => task.state !== 'success')
      .map((task) => `${task.taskId} ${task.state} (${task.errorClass}: ${task.errorText})`);
    return [
      { invariant: 'end', text: `run ${runId} of ${dagId} is ${state}: ${tasks.slice(0, 3).join('; ')}` },
    ];
  });
}
