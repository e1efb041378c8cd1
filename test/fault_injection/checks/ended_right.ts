import type { CampaignFacts, Violation } from '../verify/facts.ts';

/** The number of worker crashes after which a task is quarantined. */
const CRASHES_TO_QUARANTINE = 3;

const BY_DESIGN = 'it fails by design';

/** The DAGs whose runs fail by design: each one for good, or until it is cleared. */
export interface FailingDags {
  readonly always: ReadonlySet<string>;
  readonly untilCleared: ReadonlySet<string>;
}

const NONE: FailingDags = { always: new Set(), untilCleared: new Set() };

/**
 * Checks that every run has ended in success, or failed by design. The only other correct end is quarantine: a task that
 * lost its worker three times has failed, and its run with it.
 */
export function checkEndedRight(
  { runs, instances, attempts }: Pick<CampaignFacts, 'runs' | 'instances' | 'attempts'>,
  { always, untilCleared }: FailingDags = NONE,
): readonly Violation[] {
  const byRun = Map.groupBy(instances, ({ runId }) => runId);
  const byInstance = Map.groupBy(attempts, ({ instanceId }) => instanceId);
  return runs.flatMap(({ runId, dagId, state }) => {
    const own = byRun.get(runId) ?? [];
    const isFailedByDesign = state === 'failed' && own.some(({ errorText }) => errorText === BY_DESIGN);
    const isRight = always.has(dagId)
      ? isFailedByDesign
      : state === 'success' || (untilCleared.has(dagId) && isFailedByDesign);
    if (isRight) return [];
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
