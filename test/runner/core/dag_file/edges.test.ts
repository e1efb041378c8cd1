import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseDag } from '../../../../runner/core/dag_file/parse.ts';

/** Positions and messages for tasks in flow style, the first on line 5 with its brace at column 5. */
function report(...tasks: string[]): string[] {
  const source = `dag_id: night\ntimezone: UTC\nschedule: null\ntasks:\n${tasks.map((task) => `  - ${task}\n`).join('')}`;
  return parseDag(source, '<stdin>').problems.map(
    ({ line, column, key, message }) => `${line}:${column} ${key}: ${message}`,
  );
}

test('an id used twice is reported at the second, with the line of the first', () => {
  assert.deepEqual(
    report('{task_id: a, type: noop}', '{task_id: b, type: noop}', '{task_id: a, type: noop}'),
    ['7:15 tasks[2].task_id: a is the task of line 5 already: give this one another id'],
  );
});

test('a dependency on a task that is not there suggests the nearest', () => {
  assert.deepEqual(report('{task_id: export, type: noop}', '{task_id: b, type: noop, depends_on: [Exprt]}'), [
    '6:43 tasks[1].depends_on[0]: no task is called Exprt, did you mean export?',
  ]);
  assert.deepEqual(report('{task_id: b, type: noop, depends_on: [{task_id: zzz, delay: 1h}]}'), [
    '5:53 tasks[0].depends_on[0].task_id: no task is called zzz; there are none',
  ]);
});

test('a task cannot wait for itself, nor twice for another', () => {
  assert.deepEqual(report('{task_id: a, type: noop, depends_on: [a]}'), [
    '5:43 tasks[0].depends_on[0]: a cannot wait for itself: remove this',
  ]);
  assert.deepEqual(
    report('{task_id: a, type: noop}', '{task_id: b, type: noop, depends_on: [a, {task_id: a}]}'),
    ['6:56 tasks[1].depends_on[1].task_id: a is in this list already, on line 6: keep one of them'],
  );
});

test('each cycle is printed as a path, at the dependency that closes it', () => {
  const problems = report(
    '{task_id: a, type: noop, depends_on: [x, c]}',
    '{task_id: b, type: noop, depends_on: [a]}',
    '{task_id: c, type: noop, depends_on: [b]}',
    '{task_id: x, type: noop}',
    '{task_id: p, type: noop, depends_on: [{task_id: q, delay: 1h}]}',
    '{task_id: q, type: noop, depends_on: [p]}',
  );
  assert.deepEqual(problems, [
    '5:46 tasks[0].depends_on[1]: these tasks wait for each other: a -> b -> c -> a; remove one of the dependencies',
    '9:53 tasks[4].depends_on[0].task_id: these tasks wait for each other: p -> q -> p; remove one of the dependencies',
  ]);
});

test('a ring of any length is reported once, and its path follows the edges of the file', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 9 }), fc.nat({ max: 8 }), (size, shift) => {
      const index = (step: number) => (step + shift) % size;
      const tasks = Array.from({ length: size }, (_, step) => {
        return `{task_id: t${index(step)}, type: noop, depends_on: [t${index(step + size - 1)}]}`;
      });
      const problems = report(...tasks);
      assert.equal(problems.length, 1);
      const path = Array.from({ length: size + 1 }, (_, step) => `t${index(step)}`).join(' -> ');
      assert.ok(problems[0]?.includes(`: ${path};`), `${problems[0]} has not ${path}`);
    }),
  );
});
