import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkEndedRight } from '../checks/ended_right.ts';
import { checkAllArrived, checkArrivals, checkToldOnce } from '../checks/told_once.ts';
import type { AlertFact, Arrival, Violation } from '../verify/facts.ts';
import { instance, run } from './facts.ts';

function says(violations: readonly Violation[], ...expected: readonly RegExp[]): void {
  assert.equal(violations.length, expected.length, violations.map(({ text }) => text).join('\n'));
  for (const [index, pattern] of expected.entries()) assert.match(violations[index]?.text ?? '', pattern);
}

const incident = 'story/run/1';

/** Alert 7 tells that run 1 failed, alert 8 that it recovered. */
const failed: AlertFact = {
  ...{ alertId: 7, runId: 1, kind: 'failed', incident, channel: 'chat', isClosed: true },
};
const recovered: AlertFact = { ...failed, alertId: 8, kind: 'recovered', isClosed: false };
const ends = (...states: readonly string[]) => states.map((state) => ({ runId: 1, state }));

test('E13: a failure or a recovery that is not told, told twice, told of a good run or left open is found', () => {
  const check = (states: readonly string[], ...alerts: readonly AlertFact[]) =>
    checkToldOnce({ runs: [run], runEnds: ends(...states), alerts }, ['chat']);
  says(check(['success']));
  says(check(['failed'], { ...failed, isClosed: false }));
  says(check(['failed', 'success'], failed, recovered));
  says(check(['failed']), /ended failed, and chat is told ; 0 are open/);
  says(check(['success'], failed), /ended success, and chat is told failed/);
  says(
    check(['failed'], { ...failed, isClosed: false }, { ...failed, alertId: 9, isClosed: false }),
    /failed, failed/,
  );
  says(check(['failed', 'success'], failed), /is told failed; 0 are open/);
  says(
    check(['failed', 'success'], { ...failed, isClosed: false }, recovered),
    /is told failed, recovered; 1 are open/,
  );
  says(
    checkToldOnce({ runs: [run], runEnds: ends('failed'), alerts: [] }, ['chat', 'pager']),
    /chat/,
    /pager/,
  );
});

test('E13: a message under two keys, one that nobody committed, one before what it closes, and a lost one are found', () => {
  const alerts = [failed, recovered];
  const arrival = (key: string, ...told: readonly AlertFact[]): Arrival => ({
    channel: 'chat',
    key,
    alerts: told,
  });
  const check = (...arrivals: readonly Arrival[]) => checkArrivals({ runs: [run], alerts }, arrivals);
  says(check(arrival('a', failed), arrival('a', failed), arrival('b', recovered)));
  says(checkAllArrived(alerts, [arrival('a', failed), arrival('b', recovered)]));
  says(check(arrival('a', failed), arrival('c', failed)), /alert 7 to chat arrived under a and c/);
  says(check(arrival('a', { ...failed, alertId: 6 })), /alert 6 to chat, failed of run 1, .* never told/);
  says(
    check(arrival('b', recovered), arrival('a', failed)),
    /alert 8 to chat arrived before alert 7 to chat/,
  );
  says(checkAllArrived(alerts, [arrival('a', failed)]), /alert 8 to chat, recovered of run 1, never arrived/);
});

test('a run that must fail and does not, or fails otherwise than by design, is found', () => {
  const failing = { always: new Set(['story']), untilCleared: new Set<string>() };
  const untilCleared = { always: new Set<string>(), untilCleared: new Set(['story']) };
  const failedRun = { ...run, state: 'failed' };
  const by = (errorText: string) => [instance(1, 'fails', { state: 'failed', errorText })];
  const byDesign = by('it fails by design');
  says(checkEndedRight({ runs: [failedRun], instances: byDesign, attempts: [] }, failing));
  says(checkEndedRight({ runs: [failedRun], instances: byDesign, attempts: [] }, untilCleared));
  says(checkEndedRight({ runs: [run], instances: [], attempts: [] }, untilCleared));
  for (const dags of [failing, untilCleared])
    says(
      checkEndedRight({ runs: [failedRun], instances: by('out of memory'), attempts: [] }, dags),
      /is failed/,
    );
  says(checkEndedRight({ runs: [run], instances: byDesign, attempts: [] }, failing), /is success/);
});
