import { CONFLICT } from '../cluster/worker_log.ts';
import type { CampaignFacts, Violation } from '../verify/facts.ts';

/** E8: no deadlock and no serialization failure reaches a user: none is in a task's error or a worker's log. */
export function checkNoConflicts(
  { instances, attempts }: Pick<CampaignFacts, 'instances' | 'attempts'>,
  logLines: readonly string[],
): readonly Violation[] {
  const reported = [
    ...instances.map(({ instanceId, errorText }) => ({ where: `instance ${instanceId}`, text: errorText })),
    ...attempts.map(({ instanceId, attemptNumber, errorText }) => ({
      where: `instance ${instanceId} attempt ${attemptNumber}`,
      text: errorText,
    })),
    ...logLines.map((text) => ({ where: 'log', text })),
  ];
  return reported
    .filter(({ text }) => text !== null && CONFLICT.test(text))
    .map(({ where, text }) => ({ invariant: 'E8', text: `${where}: ${text}` }));
}
