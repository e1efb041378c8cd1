import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LastRun } from '../../../../runner/store/run/last_due_run.ts';
import type { TaskWarning } from '../../../../runner/store/task/warning.ts';
import { type DagFacts, lastRunKey, lastRunStatus } from '../../../../runner/view/status/last_run_status.ts';
import { lastRunSummary } from '../../../../runner/view/status/last_run_summary.ts';
import { at, FACTS, NIGHTLY, RUN, SEVEN } from './nightly_run.ts';

function sentenceOf(
  found: Partial<LastRun> | null,
  changes: Partial<DagFacts> = {},
  warnings: readonly TaskWarning[] = [],
): string {
  const facts = { ...FACTS, ...changes };
  const status = lastRunStatus(facts, lastRunKey(facts, SEVEN), found && { ...RUN, ...found }, warnings);
  return lastRunSummary(facts, status, SEVEN);
}

test('the summary of a run is one sentence for each outcome', () => {
  assert.equal(sentenceOf({}), 'succeeded at 01:40 EST, after 40m 00s');
  assert.equal(
    sentenceOf({ missedDeadlines: ['filter'] }),
    'succeeded at 01:40 EST, after 40m 00s, but filter missed its deadline',
  );
  assert.equal(
    sentenceOf({ state: 'failed', failedTaskId: 'filter', errorText: 'no file' }),
    'failed: filter: no file',
  );
  assert.equal(sentenceOf({ state: 'failed' }), 'failed: a task was cancelled');
  assert.equal(
    sentenceOf({ state: 'running', finishedAt: null, missedDeadlines: ['filter'] }),
    'running for 6h 00m; filter missed its deadline',
  );
  assert.equal(
    sentenceOf({ state: 'queued', startedAt: null, finishedAt: null }),
    'queued: other runs come first',
  );
  assert.equal(sentenceOf({ state: 'cancelled' }), 'cancelled');
  assert.equal(
    sentenceOf(null, { lastDue: null, cursor: at('2026-01-30T12:00:00Z') }),
    'did not run: no worker has been running since',
  );
  assert.equal(sentenceOf(null, { lastDue: null, cursor: SEVEN }), 'not due yet, next 2026-02-02 01:00 EST');
});

test('the summary names a pause and an invalid file beside the outcome', () => {
  assert.equal(
    sentenceOf({}, { isPaused: true }),
    'succeeded at 01:40 EST, after 40m 00s; the DAG is paused',
  );
  assert.equal(sentenceOf(null, { isPaused: true, lastDue: null }), 'paused');
  assert.equal(
    sentenceOf({ state: 'failed' }, { problems: ['dags/nightly.yaml:1:1: what'] }),
    'its file is invalid: dags/nightly.yaml:1:1: what; the last valid version goes on, its last night: failed',
  );
});

test('a DAG that has no night yet says what that waits for', () => {
  const never = { lastDue: null, cursor: SEVEN };
  assert.equal(sentenceOf(null, never), 'not due yet, next 2026-02-02 01:00 EST');
  const manual = { ...NIGHTLY, schedule: [] };
  assert.equal(sentenceOf(null, { ...never, dag: manual }), 'runs only when triggered');
  assert.equal(sentenceOf(null, { ...never, dag: null }), 'no worker has read its file yet');
});

test('a night that succeeded with warnings says how many', () => {
  const warning = {
    runId: 7,
    taskId: 'filter',
    mapIndex: -1,
    sentence: '3 products have no row',
    remedy: null,
  };
  assert.equal(sentenceOf({}, {}, [warning]), 'succeeded at 01:40 EST, after 40m 00s, with a warning');
  assert.equal(
    sentenceOf({ missedDeadlines: ['filter'] }, {}, [
      warning,
      { ...warning, sentence: 'nothing was changed' },
    ]),
    'succeeded at 01:40 EST, after 40m 00s, but filter missed its deadline, with 2 warnings',
  );
});

test('a run that succeeded after a failure names the failure', () => {
  assert.equal(
    sentenceOf({ missedDeadlines: ['filter'], recoveredFailure: 'filter: no file' }),
    'succeeded at 01:40 EST, after 40m 00s, but filter missed its deadline; it had failed before: filter: no file',
  );
});
