import type { CampaignFacts, Violation } from '../verify/facts.ts';

/** E10: every task of a run was run by the text that the run began with. A text identifies itself in `label:`. */
export function checkVersionPinned({
  runs,
  instances,
}: Pick<CampaignFacts, 'runs' | 'instances'>): readonly Violation[] {
  const labels = new Map(runs.map(({ runId, source }) => [runId, /label: (\w+)/.exec(source)?.[1] ?? '']));
  return instances.flatMap(({ runId, taskId, state, output }) => {
    if (state !== 'success' || !labels.has(runId)) return [];
    const worked =
      typeof output === 'object' && output !== null && 'label' in output ? String(output.label) : '';
    const own = labels.get(runId) ?? '';
    if (worked === own) return [];
    return [
      { invariant: 'E10', text: `run ${runId} ${taskId} of version ${own} was worked by version ${worked}` },
    ];
  });
}
