import type { JobSample, Outage, Violation } from '../verify/facts.ts';
import { withoutOutagesMs } from './outage_time.ts';

/**
 * E3: no queued task is without a live job for longer than `limitMs`. A task lacks one from the first to the last of
 * the consecutive samples that show it.
 */
export function checkLiveJobs(
  samples: readonly JobSample[],
  outages: readonly Outage[],
  limitMs: number,
): readonly Violation[] {
  const violations: Violation[] = [];
  let since = new Map<string, Temporal.Instant>();
  const reported = new Set<string>();
  for (const { at, without } of samples) {
    since = new Map(without.map((key) => [key, since.get(key) ?? at]));
    for (const [key, from] of since) {
      const lackedMs = withoutOutagesMs(from, at, outages);
      if (lackedMs <= limitMs || reported.has(key)) continue;
      reported.add(key);
      violations.push({
        invariant: 'E3',
        text: `${key} was queued without a live job for over ${limitMs} ms from ${from}`,
      });
    }
  }
  return violations;
}
