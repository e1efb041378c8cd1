import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remedyLines, runWithParamsLines } from '../../../../runner/commands/output/remedy_text.ts';
import { warningsText } from '../../../../runner/commands/run/text.ts';
import type { ClearTasks } from '../../../../runner/core/value/task_remedy.ts';

const TASK = { runId: 12, taskId: 'load' };
const label = 'go on';

test('each action of a remedy is a command to copy, in the order in which they are tried', () => {
  assert.deepEqual(
    remedyLines(
      {
        clear: { label: 'override max_drop', scope: 'failed', params: { reason: null, guards: 'max_drop' } },
        command: { label: 'list them', name: 'changes' },
        artifact: { label: 'see all rejected rows', name: 'rejects.csv' },
      },
      TASK,
    ),
    [
      'to see all rejected rows: stockflow runs artifacts 12 rejects.csv',
      'to list them: stockflow changes 12',
      'to override max_drop: stockflow tasks clear 12 --only-failed --param guards=max_drop --param reason="why"',
    ],
  );
  assert.deepEqual(remedyLines(null, TASK), []);
  assert.deepEqual(remedyLines({}, TASK), []);
});

test('tasks are cleared by what failed, by themselves, or with all that depends on them', () => {
  const cleared = (scope: ClearTasks['scope']) => remedyLines({ clear: { label, scope } }, TASK);
  assert.deepEqual(cleared('failed'), ['to go on: stockflow tasks clear 12 --only-failed']);
  assert.deepEqual(cleared('task'), ['to go on: stockflow tasks clear 12 --task load']);
  assert.deepEqual(cleared('downstream'), ['to go on: stockflow tasks clear 12 --task load --downstream']);
});

test('a value that a shell would take apart is quoted, and a line stays one line', () => {
  const params = { note: `it's 5; rm -rf`, safe: 'a,b=c' };
  assert.deepEqual(remedyLines({ clear: { label: 'go\non', scope: 'task', params } }, TASK), [
    String.raw`to go on: stockflow tasks clear 12 --task load --param note='it'\''s 5; rm -rf' --param safe=a,b=c`,
  ]);
});

test('the params with which refused dates can run are printed once, however many dates have them', () => {
  const remedy = { label: 'apply the file on top', params: { supersede: 'true', why: null } };
  assert.deepEqual(runWithParamsLines([{ remedy: null }, {}]), []);
  assert.deepEqual(runWithParamsLines([{ remedy }, {}, { remedy }]), [
    'to apply the file on top: --param supersede=true --param why="why"',
  ]);
});

test('a warning has its actions on lines of their own below it', () => {
  const warning = { runId: 12, taskId: 'load', mapIndex: 2, sentence: '3 rows were left out' };
  const remedy = { command: { label: 'list them', name: 'changes' } };
  assert.equal(
    warningsText([
      { ...warning, remedy },
      { ...warning, remedy: null },
    ]),
    '  load[2]: 3 rows were left out\n    to list them: stockflow changes 12\n  load[2]: 3 rows were left out\n',
  );
});
