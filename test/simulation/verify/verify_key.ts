import type { Count } from './expected_counts.ts';
import type { OmsCount } from './oms_counts.ts';

/**
 * | @param expected null if the OMS has no item
 * @returns sentences about deviations
 */
export function verifyKey(
  key: { readonly text: string; readonly isCovered: boolean },
  expected: Count | null,
  found: OmsCount | undefined,
): readonly string[] {
  const standing = `${key.text} (${key.isCovered ? 'covered' : 'not covered'})`;
  if (expected === null || found === undefined) {
    if (expected === null && found === undefined) return [];
    return [`${standing}: ${expected === null ? 'an item that nothing made' : 'no item'}`];
  }
  const wrong: string[] = [];
  for (const figure of ['atSnapshotUnits', 'onHandUnits', 'availableUnits'] as const) {
    if (found[figure] !== expected[figure])
      wrong.push(`${standing}: ${figure} ${found[figure]}, not ${expected[figure]}`);
  }
  const most = key.isCovered ? 1 : 0;
  if (found.resets > most || found.variances > most)
    wrong.push(
      `${standing}: ${found.resets} resets and ${found.variances} variances, at most ${most} of each`,
    );
  return wrong;
}
