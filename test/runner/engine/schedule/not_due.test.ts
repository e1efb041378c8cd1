import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { TriggerError } from '../../../../runner/engine/operator/dag_to_run.ts';
import { clearTasks, OperatorError } from '../../../../runner/engine/operator/operator.ts';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { listRuns } from '../../../../runner/store/run/dag_run.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { stepDag, steps } from '../../../support/engine/task_types.ts';

const engine = await testEngine({ after }, [steps().type]);
const { pool } = engine;
const by = { actor: 'operator', channel: 'cli' } as const;
const asked = { params: {}, timeEdges: 'collapse', by, reason: null } as const;
const tomorrow = Temporal.Now.plainDateISO('UTC').add({ days: 1 });

test('a date that lies ahead is refused, scheduled or not, and leaves no run behind', async () => {
  await engine.writeDag('nightly', stepDag('nightly', ['task_id: one'], ['schedule: "0 1 * * *"']));
  await engine.writeDag('by_hand', stepDag('by_hand', ['task_id: one']));
  for (const [dagId, date] of [
    ['nightly', tomorrow],
    ['nightly', tomorrow.add({ years: 3 })],
    ['by_hand', tomorrow],
  ] as const) {
    await assert.rejects(triggerRun(pool, { dagId, date, ...asked }), (error) => {
      assert.ok(error instanceof TriggerError);
      assert.equal(error.kind, 'not_due');
      assert.match(
        error.message,
        new RegExp(`^${dagId} is not due yet for ${date}: its run is scheduled for `),
      );
      return true;
    });
  }
  assert.deepEqual(await listRuns(pool, { dagId: 'nightly', limit: 10 }), []);
  assert.deepEqual(await listRuns(pool, { dagId: 'by_hand', limit: 10 }), []);
});

test('a run of a date that lies ahead cannot be cleared', async () => {
  const { runId } = await triggerRun(pool, { dagId: 'by_hand', date: null, ...asked });
  await pool.query(
    `update stockflow.dag_run set scheduled_for = now() + interval '1 day' where run_id = $1`,
    [runId],
  );
  await assert.rejects(
    clearTasks(pool, runId, { taskId: null, onlyFailed: false, downstream: false, by, reason: null }),
    (error) =>
      error instanceof OperatorError && error.kind === 'refused' && /not due yet/.test(error.message),
  );
});
