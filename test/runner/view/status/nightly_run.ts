/** A DAG that is due at 01:00 in New York, and its run of 1 February 2026. */
import assert from 'node:assert/strict';
import { parseDag } from '../../../../runner/core/dag_file/parse.ts';
import type { LastRun } from '../../../../runner/store/run/last_due_run.ts';
import type { DagFacts } from '../../../../runner/view/status/last_run_status.ts';

export const at = (text: string) => Temporal.Instant.from(text);

const { dag } = parseDag(
  'dag_id: nightly\ntimezone: America/New_York\nschedule: "0 1 * * *"\ncatchup: latest\ncatchup_window: 24h\ntasks: [{task_id: a, type: x}]\n',
  'nightly.yaml',
);
assert.ok(dag !== null);
export const NIGHTLY = dag;

/** 07:00 in New York; the run was due at 01:00, 06:00Z. */
export const SEVEN = at('2026-02-01T12:00:00Z');
export const DUE = at('2026-02-01T06:00:00Z');
const DATE = Temporal.PlainDate.from('2026-02-01');

export const FACTS: DagFacts = {
  dagId: 'nightly',
  dag,
  isPaused: false,
  problems: [],
  lastDue: {
    dagId: 'nightly',
    scheduledFor: DUE,
    businessDate: DATE,
    decision: 'run',
    closedAs: null,
    movedTo: null,
  },
  lastClosed: null,
  cursor: DUE,
};

export const RUN: LastRun = {
  dagId: 'nightly',
  runId: 7,
  runType: 'scheduled',
  mode: 'apply',
  state: 'success',
  businessDate: DATE,
  scheduledFor: DUE,
  startedAt: DUE,
  finishedAt: at('2026-02-01T06:40:00Z'),
  failedTaskId: null,
  failedMapIndex: null,
  errorText: null,
  remedy: null,
  missedDeadlines: [],
  recoveredFailure: null,
  wasSkipped: false,
  reason: null,
};
