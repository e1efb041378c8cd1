import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { defineTask } from '../../runner/task.ts';
import { testEngine } from '../support/engine.ts';

const echo = defineTask({
  type: 'echo',
  description: 'gives back its value',
  params: z.strictObject({ value: z.string() }),
  run: async ({ params, upstream }) => ({ value: params.value, upstream }),
});

test('a chain of tasks runs in order and hands its outputs on', async (t) => {
  const engine = await testEngine(t, [echo]);
  await engine.writeDag(
    'chain',
    `dag_id: chain
timezone: UTC
schedule: null
tasks:
  - {task_id: first, type: echo, with: {value: a}}
  - {task_id: second, type: echo, depends_on: [first], with: {value: "\${{ tasks.first.output.value }}b"}}
  - {task_id: third, type: echo, depends_on: [second], with: {value: "\${{ tasks.second.output.value }}c"}}
`,
  );
  await engine.startWorker();
  const { run, states, tasks } = await engine.run('chain');
  assert.equal(run.state, 'success');
  assert.deepEqual(states, { first: 'success', second: 'success', third: 'success' });
  assert.equal(tasks[2]?.output?.value, 'abc');
});
