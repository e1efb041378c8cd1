import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskState } from '../../../../runner/core/run/states.ts';
import type { ReportedTask } from '../../../../runner/view/run/report.ts';
import {
  countsText,
  finishedAt,
  GROUP_COLUMNS,
  taskGroups,
} from '../../../../runner/view/run/task_groups.ts';
import { instance } from './instance.ts';

const START = Temporal.Instant.from('2026-01-31T06:00:00Z');

function reported(
  taskId: string,
  mapIndex: number,
  state: TaskState,
  more: {
    readonly removed?: true;
    readonly rowsIn?: number;
    readonly from?: number;
    readonly until?: number;
  } = {},
): ReportedTask {
  const { removed, rowsIn, from = null, until = null } = more;
  const at = (seconds: number | null) => (seconds === null ? null : START.add({ seconds }));
  const task = instance({
    taskId,
    mapIndex,
    state,
    removedAt: removed === undefined ? null : START,
    attemptNumber: from === null ? 0 : 1,
    startedAt: at(from),
    finishedAt: at(until),
  });
  const attempt =
    rowsIn === undefined
      ? null
      : {
          taskId,
          mapIndex,
          attemptNumber: 1,
          state: 'success' as const,
          pollCount: 1,
          workerId: 1,
          startedAt: START,
          finishedAt: START,
          errorClass: null,
          errorText: null,
          rowsIn,
          rowsOut: null,
          bytesIn: null,
          bytesOut: null,
        };
  return { task, attempt, attempts: attempt === null ? [] : [attempt], timezone: 'UTC', now: START };
}

test('the instances of a mapped task are one group, without removed ones, with sums and the state that needs a person', () => {
  const [find, load] = taskGroups([
    reported('find', -1, 'success', { from: 0, until: 1 }),
    reported('load', 0, 'success', { from: 1, until: 4, rowsIn: 1_000 }),
    reported('load', 1, 'failed', { from: 2, until: 9, rowsIn: 234 }),
    reported('load', 2, 'success', { removed: true, from: 0, until: 99, rowsIn: 50 }),
    reported('load', 3, 'running', { from: 3 }),
  ]);
  assert.ok(find && load);
  assert.equal(find.state, 'success');
  assert.equal(countsText(find), 'success');
  assert.equal(load.state, 'failed');
  assert.equal(countsText(load), '1 running, 1 success, 1 failed');
  assert.equal(finishedAt(load), null);
  const text = (key: string) => GROUP_COLUMNS.find((column) => column.key === key)?.text?.(load);
  assert.equal(text('task'), 'load × 3');
  assert.equal(text('rows in'), '1,234');
  assert.equal(text('started'), '06:00:01 UTC');
});

test('a task whose instances were all removed is still a group', () => {
  const [load] = taskGroups([reported('load', 0, 'success', { removed: true, from: 0, until: 2 })]);
  assert.equal(load?.instances.length, 1);
  assert.deepEqual(load && finishedAt(load), START.add({ seconds: 2 }));
});
