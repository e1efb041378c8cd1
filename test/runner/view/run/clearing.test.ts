import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indexDag } from '../../../../runner/core/dag/index.ts';
import { parseDag } from '../../../../runner/core/dag_file/parse.ts';
import type { ClearedTasks } from '../../../../runner/engine/operator/clearing.ts';
import { instancesToClear, retryOf } from '../../../../runner/view/run/clearing.ts';
import { taskName } from '../../../../runner/view/run/report.ts';
import { instance } from './instance.ts';

const { dag } = parseDag(
  `dag_id: night
timezone: UTC
schedule: null
tasks:
  - {task_id: export, type: step}
  - {task_id: load, type: step, depends_on: [export]}
  - {task_id: report, type: step, depends_on: [load]}
  - {task_id: clean, type: step, depends_on: [load], trigger_rule: all_done}
  - {task_id: aside, type: step}
`,
  'dags/night.yaml',
);
assert.ok(dag !== null);
const INDEX = indexDag(dag);

const INSTANCES = [
  instance({ taskId: 'export', state: 'success' }),
  instance({ taskId: 'load', state: 'success', mapIndex: 0 }),
  instance({ taskId: 'load', state: 'failed', mapIndex: 1 }),
  instance({
    taskId: 'load',
    state: 'failed',
    mapIndex: 2,
    removedAt: Temporal.Instant.from('2026-01-31T06:00:00Z'),
  }),
  instance({ taskId: 'report', state: 'upstream_failed' }),
  instance({ taskId: 'clean', state: 'success' }),
  instance({ taskId: 'aside', state: 'none' }),
];

function cleared(which: ClearedTasks): readonly string[] {
  return instancesToClear(INDEX, INSTANCES, which).map(taskName);
}

test('a retry takes what failed and was given up after it; what succeeded, or was removed from its list, stays', () => {
  assert.deepEqual(cleared(retryOf('load')), ['load[1]', 'report']);
  assert.deepEqual(cleared(retryOf('export')), ['load[1]', 'report']);
  assert.deepEqual(cleared(retryOf('clean')), []);
});

test('a clear takes whatever has left its start: of one task, with all that depends on it, or of the run', () => {
  const all = { onlyFailed: false };
  assert.deepEqual(cleared({ ...all, taskId: 'load', downstream: false }), ['load[0]', 'load[1]']);
  assert.deepEqual(cleared({ ...all, taskId: 'load', downstream: true }), [
    'load[0]',
    'load[1]',
    'report',
    'clean',
  ]);
  assert.deepEqual(cleared({ ...all, taskId: null, downstream: false }), [
    'export',
    'load[0]',
    'load[1]',
    'report',
    'clean',
  ]);
});
