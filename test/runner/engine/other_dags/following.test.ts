import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { clearTasks } from '../../../../runner/engine/operator/operator.ts';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { listRuns } from '../../../../runner/store/run/dag_run.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { stepDag, steps } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';

const step = steps();
const engine = await testEngine({ after }, [step.type]);
const { pool } = engine;
const by = { actor: 'operator', channel: 'cli' } as const;
await engine.startWorker();

const DATE = Temporal.PlainDate.from('2026-03-10');

async function runOn(dagId: string, date: Temporal.PlainDate) {
  const run = await triggerRun(pool, { dagId, date, params: {}, timeEdges: 'keep', by, reason: null });
  return (await engine.ended(run.runId)).run;
}

const runsOf = async (dagId: string) => (await listRuns(pool, { dagId, limit: 100 })).toReversed();

test('each success of another DAG is followed by one run of its instant and business date, however often it succeeds', async () => {
  // An hour that is the day before in UTC: the business date is that of Tokyo.
  await engine.writeDag(
    'tokyo',
    stepDag('tokyo', ['task_id: load'], ['schedule: "0 1 * * *"']).replace(
      'timezone: UTC',
      'timezone: Asia/Tokyo',
    ),
  );
  await engine.writeDag('follower', stepDag('follower', ['task_id: report'], ['schedule: {after: tokyo}']));
  const first = await runOn('tokyo', DATE);
  const followed = await until(
    'the first success to be followed',
    async () => (await runsOf('follower'))[0] ?? null,
  );
  assert.equal(String(followed.scheduledFor), '2026-03-09T16:00:00Z');
  assert.equal(String(followed.businessDate), '2026-03-10');
  assert.equal(followed.runType, 'scheduled');
  await engine.ended(followed.runId);

  await clearTasks(pool, first.runId, {
    taskId: null,
    onlyFailed: false,
    downstream: false,
    by,
    reason: null,
  });
  await engine.ended(first.runId);
  let fails = true;
  step.on('load', () => {
    if (fails) throw new Error('no file');
    return null;
  });
  const failed = await runOn('tokyo', DATE.add({ days: 1 }));
  assert.equal(failed.state, 'failed');
  fails = false;
  await runOn('tokyo', DATE.add({ days: 2 }));
  const runs = await until('the later success to be followed', async () => {
    const found = await runsOf('follower');
    return found.length > 1 ? found : null;
  });
  assert.deepEqual(
    runs.map(({ businessDate }) => String(businessDate)),
    ['2026-03-10', '2026-03-12'],
  );
  const { rows } = await pool.query(
    `select reason from audit.event where dag_id = 'follower' and action = 'run.created' order by event_id`,
  );
  assert.equal(rows[0]?.reason, 'after the success of tokyo');
});
