import type { Acknowledged, CampaignFacts, Violation } from '../verify/facts.ts';

/** The states in which an attempt leaves `running` by its own result. */
const ACCEPTED_ATTEMPTS = ['success', 'failed', 'skipped'];

/** E2: at most one accepted result per attempt token, given by the attempt that held the token. */
export function checkOneResultPerToken(
  { instances, attempts, transitions }: Pick<CampaignFacts, 'instances' | 'attempts' | 'transitions'>,
  acknowledged: readonly Acknowledged[],
): readonly Violation[] {
  const violations: Violation[] = [];
  const add = (text: string) => violations.push({ invariant: 'E2', text });

  const ends = transitions.filter(({ before }) => before === 'running');
  for (const [key, same] of Map.groupBy(
    ends,
    ({ instanceId, beforeToken }) => `${instanceId}:${beforeToken}`,
  )) {
    if (same.length > 1)
      add(`${key} left running ${same.length} times: to ${same.map(({ after }) => after).join(', ')}`);
  }
  const accepted = attempts.filter(({ state }) => ACCEPTED_ATTEMPTS.includes(state));
  for (const [key, same] of Map.groupBy(accepted, ({ instanceId, token }) => `${instanceId}:${token}`)) {
    if (same.length > 1) add(`${key} has ${same.length} attempts with a result`);
  }
  for (const [key, same] of Map.groupBy(acknowledged, ({ instanceId, token }) => `${instanceId}:${token}`)) {
    if (same.length > 1)
      add(`${key} was acknowledged ${same.length} times, to ${same.map(({ pid }) => pid).join(', ')}`);
  }
  for (const { instanceId, token, state, output } of instances) {
    const own = `${instanceId}-${token}`;
    const given = tokenOf(output);
    if (state === 'success' && given !== own) add(`${own} succeeded with the output of ${given}`);
  }
  return violations;
}

function tokenOf(output: unknown): string {
  return typeof output === 'object' && output !== null && 'token' in output ? String(output.token) : 'nobody';
}
