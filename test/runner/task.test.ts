import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ConnectionError,
  DeferTask,
  FailTask,
  SkipTask,
  TaskError,
  taskErrorKind,
} from '../../runner/task.ts';

/** Loads the module a second time, as a project with its own copy of the package has it. */
async function copyOf<T>(file: string): Promise<T> {
  return await import(`${import.meta.resolve(file)}?copy`);
}

test('an error of a task says what it asks for, though another copy of the module made it', async () => {
  const other = await copyOf<typeof import('../../runner/task/errors.ts')>('../../runner/task/errors.ts');
  assert.notEqual(other.FailTask, FailTask);
  const now = Temporal.Instant.from('2026-03-10T05:00:00Z');
  for (const made of [
    [new TaskError('x'), new SkipTask('x'), new FailTask('x'), new DeferTask(now, 'x')],
    [
      new other.TaskError('x'),
      new other.SkipTask('x'),
      new other.FailTask('x'),
      new other.DeferTask(now, 'x'),
    ],
  ])
    assert.deepEqual(made.map(taskErrorKind), ['error', 'skip', 'fail', 'defer']);
  class NoSuchStore extends FailTask {}
  assert.equal(taskErrorKind(new NoSuchStore('x')), 'fail');
  assert.deepEqual([new Error('x'), 'x', null].map(taskErrorKind), [null, null, null]);
});

test('a failed connection is known as one, though another copy of the module made it', async () => {
  const other = await copyOf<typeof import('../../runner/connections/connection_error.ts')>(
    '../../runner/connections/connection_error.ts',
  );
  assert.notEqual(other.ConnectionError, ConnectionError);
  assert.ok(new other.ConnectionError('auth', 'x') instanceof ConnectionError);
  assert.ok(!(new Error('x') instanceof ConnectionError));
});
