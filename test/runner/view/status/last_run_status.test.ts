import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LastRun } from '../../../../runner/store/run/last_due_run.ts';
import { type DagFacts, lastRunKey, lastRunStatus } from '../../../../runner/view/status/last_run_status.ts';
import { at, DUE, FACTS, RUN, SEVEN } from './nightly_run.ts';

function verdictOf(changes: Partial<DagFacts>, found: LastRun | null, now = SEVEN) {
  const changed = { ...FACTS, ...changes };
  const key = lastRunKey(changed, now);
  const { verdict, isProblem, detail } = lastRunStatus(changed, key, found, []);
  return { date: key.businessDate?.toString() ?? null, verdict, isProblem, detail };
}

test('a night with its run is as good as the run', () => {
  assert.deepEqual(verdictOf({}, RUN), {
    date: '2026-02-01',
    verdict: 'success',
    isProblem: false,
    detail: '',
  });
  const failed: LastRun = { ...RUN, state: 'failed', failedTaskId: 'filter', errorText: 'no file' };
  assert.deepEqual(verdictOf({}, failed), {
    date: '2026-02-01',
    verdict: 'failed',
    isProblem: true,
    detail: 'filter: no file',
  });
});

test('a run that is late is a problem before it ends', () => {
  const late: LastRun = { ...RUN, state: 'running', finishedAt: null, missedDeadlines: ['filter'] };
  const { verdict, isProblem, detail } = verdictOf({}, late);
  assert.deepEqual([verdict, isProblem, detail], ['running', true, 'filter missed its deadline']);
});

test('an instant at which no worker ran did not run; the newest such instant is named', () => {
  assert.deepEqual(verdictOf({ cursor: at('2026-01-29T06:00:00Z'), lastDue: null }, null), {
    date: '2026-02-01',
    verdict: 'did not run',
    isProblem: true,
    detail: 'no worker has been running since',
  });
});

test('a night that is at most five minutes late is not yet one that did not run', () => {
  const evening = { cursor: at('2026-02-01T05:00:00Z'), lastDue: null };
  assert.equal(verdictOf(evening, null, at('2026-02-01T06:05:00Z')).verdict, 'not due yet');
  assert.equal(verdictOf(evening, null, at('2026-02-01T06:05:01Z')).verdict, 'did not run');
});

test('a night that the scheduler dropped did not run', () => {
  const missed = {
    ...FACTS.lastDue,
    dagId: 'nightly',
    scheduledFor: DUE,
    businessDate: RUN.businessDate,
    decision: 'missed' as const,
    closedAs: null,
    movedTo: null,
  };
  const { verdict, isProblem, detail } = verdictOf({ lastDue: missed }, null);
  assert.deepEqual([verdict, isProblem, detail], ['did not run', true, 'missed, and catchup is latest']);
});

test('a paused DAG owes nothing for the nights since, and a new one nothing yet', () => {
  const paused = verdictOf({ isPaused: true, cursor: at('2026-01-29T06:00:00Z'), lastDue: null }, null);
  assert.deepEqual([paused.verdict, paused.isProblem], ['paused', false]);
  const added = verdictOf({ lastDue: null, cursor: SEVEN }, null);
  assert.deepEqual([added.verdict, added.isProblem], ['not due yet', false]);
});

test('an invalid file is a problem whatever ran', () => {
  const { verdict, isProblem, detail } = verdictOf({ problems: ['dags/nightly.yaml:1:1: what'] }, RUN);
  assert.deepEqual([verdict, isProblem, detail], ['invalid', true, 'dags/nightly.yaml:1:1: what']);
});
