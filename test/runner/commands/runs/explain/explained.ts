/** Runs that wait for something, and how `runs explain` says so. */
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { z } from 'zod';
import { blockerWords } from '../../../../../runner/commands/runs/explain/words.ts';
import type { Blocker } from '../../../../../runner/core/explain/blocker.ts';
import type { TaskTypes } from '../../../../../runner/engine/dags/task_types.ts';
import { triggerRun } from '../../../../../runner/engine/operator/trigger.ts';
import { findRun } from '../../../../../runner/store/run/dag_run.ts';
import { DeferTask, defineTask, FailTask, SkipTask } from '../../../../../runner/task.ts';
import { readExplanation } from '../../../../../runner/view/explain/source.ts';
import { viewSource } from '../../../../../runner/view/source.ts';
import { testEngine } from '../../../../support/engine/engine.ts';
import { until } from '../../../../support/until.ts';

export const open = Promise.withResolvers<void>();
export const noParams = z.strictObject({});
export const types = [
  defineTask({ type: 'quick', description: 'of this test', params: noParams, run: async () => ({}) }),
  defineTask({
    type: 'held',
    description: 'of this test',
    params: noParams,
    async run({ signal }) {
      await Promise.race([
        open.promise,
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      ]);
      return {};
    },
  }),
  defineTask({
    type: 'fails',
    description: 'of this test',
    params: noParams,
    async run() {
      throw new Error('the store does not answer');
    },
  }),
  defineTask({
    type: 'gives_up',
    description: 'of this test',
    params: noParams,
    async run() {
      throw new FailTask('rows fell from 100 to 3');
    },
  }),
  defineTask({
    type: 'polls',
    description: 'of this test',
    params: noParams,
    async run({ now }) {
      throw new DeferTask(now().add({ hours: 1 }), 'no file yet');
    },
  }),
  defineTask({
    type: 'skips',
    description: 'of this test',
    params: noParams,
    async run() {
      throw new SkipTask('nothing to send');
    },
  }),
];
export const engine = await testEngine({ after }, types);
export const { pool } = engine;
export const BY = { actor: 'test', channel: 'cli' } as const;

export async function start(
  dagId: string,
  keys: string,
  tasks: string,
  timeEdges: 'keep' | 'collapse' = 'keep',
) {
  const problems = await engine.writeDag(
    dagId,
    `dag_id: ${dagId}\ntimezone: UTC\nschedule: null\n${keys}tasks:\n${tasks}`,
  );
  assert.deepEqual(problems, []);
  return await again(dagId, timeEdges);
}

export async function again(dagId: string, timeEdges: 'keep' | 'collapse' = 'keep'): Promise<number> {
  const run = await triggerRun(pool, { dagId, date: null, params: {}, timeEdges, by: BY, reason: null });
  return run.runId;
}

export async function explained(runId: number, taskTypes: TaskTypes = engine.taskTypes) {
  const run = await findRun(pool, runId);
  assert.ok(run !== null);
  return await readExplanation(viewSource(pool), run, taskTypes);
}

export async function blockers(
  runId: number,
  taskId: string,
  taskTypes?: TaskTypes,
): Promise<readonly Blocker[]> {
  const { explanation } = await explained(runId, taskTypes);
  return explanation.tasks.find(({ instance }) => instance.taskId === taskId)?.blockers ?? [];
}

export async function sentences(runId: number, taskId: string): Promise<readonly string[]> {
  const { now, timezone } = await explained(runId);
  return (await blockers(runId, taskId)).map((blocker) => blockerWords(blocker, { now, timezone, runId }));
}

/** Waits until the task is in the state. */
export async function reached(runId: number, taskId: string, state: string): Promise<void> {
  await until(`${taskId} of run ${runId} to be ${state}`, async () => {
    const { rowCount } = await pool.query(
      'select from stockflow.task_instance where run_id = $1 and task_id = $2 and state = $3',
      [runId, taskId, state],
    );
    return rowCount === 0 ? null : true;
  });
}

// What needs that nobody works comes first.
