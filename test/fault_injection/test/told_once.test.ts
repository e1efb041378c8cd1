import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkEndedRight } from '../checks/ended_right.ts';
import { checkToldOnce } from '../checks/told_once.ts';
import type { Violation } from '../verify/facts.ts';
import { instance, run } from './facts.ts';

function says(violations: readonly Violation[], ...expected: readonly RegExp[]): void {
  assert.equal(violations.length, expected.length, violations.map(({ text }) => text).join('\n'));
  for (const [index, pattern] of expected.entries()) assert.match(violations[index]?.text ?? '', pattern);
}

test('E13: a failure that is not told, one that is told of a good run, and a second arrival are found', () => {
  const failed = { ...run, runId: 2, state: 'failed' };
  const told = (runId: number, channel: string, arrivals = 1) => ({
    runId,
    kind: 'failed',
    channel,
    arrivals,
  });
  const channels = ['chat', 'pager'];
  const good = [told(2, 'chat', 0), told(2, 'pager')];
  says(checkToldOnce({ runs: [run, failed], alerts: good }, channels));
  says(checkToldOnce({ runs: [run, failed], alerts: [told(2, 'chat')] }, channels), /run 2 .* failed: chat$/);
  says(
    checkToldOnce({ runs: [run, failed], alerts: [...good, told(1, 'chat')] }, channels),
    /run 1 .* success/,
  );
  says(
    checkToldOnce({ runs: [failed], alerts: [told(2, 'chat', 2), told(2, 'pager')] }, channels),
    /arrived 2 times at chat/,
  );
});

test('a run that must fail and does not, or fails otherwise than by design, is found', () => {
  const failing = new Set(['story']);
  const failed = { ...run, state: 'failed' };
  const by = (errorText: string) => [instance(1, 'fails', { state: 'failed', errorText })];
  says(checkEndedRight({ runs: [failed], instances: by('it fails by design'), attempts: [] }, failing));
  says(
    checkEndedRight({ runs: [failed], instances: by('out of memory'), attempts: [] }, failing),
    /is failed/,
  );
  says(
    checkEndedRight({ runs: [run], instances: by('it fails by design'), attempts: [] }, failing),
    /is success/,
  );
});
