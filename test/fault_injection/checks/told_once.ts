import type { CampaignFacts, Violation } from '../verify/facts.ts';

/**
 * E13: of every run that failed each channel is told once, of no other run that it failed, and nothing arrives twice.
 * The alert is part of the transition, so it is there as soon as the run has failed; it arrives later.
 */
export function checkToldOnce(
  { runs, alerts }: Pick<CampaignFacts, 'runs' | 'alerts'>,
  channels: readonly string[],
): readonly Violation[] {
  const failures = Map.groupBy(
    alerts.filter(({ kind }) => kind === 'failed'),
    ({ runId }) => runId,
  );
  const expected = channels.toSorted().join(', ');
  return [
    ...runs.flatMap(({ runId, dagId, state }): readonly Violation[] => {
      const told = (failures.get(runId) ?? []).map(({ channel }) => channel);
      if (told.toSorted().join(', ') === (state === 'failed' ? expected : '')) return [];
      return [
        {
          invariant: 'E13',
          text: `run ${runId} of ${dagId} is ${state}, and these were told that it failed: ${told}`,
        },
      ];
    }),
    ...alerts
      .filter(({ arrivals }) => arrivals > 1)
      .map(({ runId, kind, channel, arrivals }): Violation => {
        return { invariant: 'E13', text: `${kind} of run ${runId} arrived ${arrivals} times at ${channel}` };
      }),
  ];
}
