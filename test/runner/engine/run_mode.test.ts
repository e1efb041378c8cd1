import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { z } from 'zod';
import { clearTasks } from '../../../runner/engine/operator/operator.ts';
import { runsForInstants } from '../../../runner/store/backfill/backfill.ts';
import { lastRuns } from '../../../runner/store/run/last_due_run.ts';
import { lastGoodOutput } from '../../../runner/store/task/output.ts';
import { defineTask } from '../../../runner/task.ts';
import { testEngine } from '../../support/engine/engine.ts';

/** Tells the mode that it runs in, and tries the scratch transaction. */
const telling = defineTask({
  type: 'telling',
  description: 'tells the mode of its run',
  params: z.strictObject({}),
  worksInShadow: true,
  async run({ run, scratch }) {
    const rows = await scratch(async (client) => {
      await client.query('create temporary table note as select 1 as one');
      await client.query('create table public.left_behind (one integer)');
      return (await client.query('select one from note')).rowCount;
    });
    return { mode: run.mode, rows };
  },
});
const engine = await testEngine({ after }, [telling]);
const { pool } = engine;
await engine.writeDag(
  'night',
  [
    'dag_id: night',
    'timezone: UTC',
    'schedule: null',
    'params: {how: {type: run_mode, default: apply}}',
    'tasks: [{task_id: only, type: telling}]',
    '',
  ].join('\n'),
);

test('a shadow run says so to its tasks and in the history, and is taken for no run that applied', async () => {
  await engine.startWorker();
  const applied = await engine.run('night');
  const shadow = await engine.run('night', { params: { how: 'shadow' } });
  assert.deepEqual(applied.tasks[0]?.output, { mode: 'apply', rows: 1 });
  assert.deepEqual(shadow.tasks[0]?.output, { mode: 'shadow', rows: 1 });
  const { rows: audited } = await pool.query('select run_id, mode from audit.run order by run_id');
  assert.deepEqual(audited, [
    { run_id: applied.run.runId, mode: 'apply' },
    { run_id: shadow.run.runId, mode: 'shadow' },
  ]);

  // Of the history, a run that applies sees the one that applied; a shadow run sees both, and takes the newest.
  const before = { dagId: 'night', runId: 0, scheduledFor: Temporal.Now.instant().add({ hours: 1 }) };
  const modeSeen = async (runMode: 'apply' | 'shadow') =>
    (await lastGoodOutput(pool, { ...before, runMode }, 'only')) as { mode: string };
  assert.equal((await modeSeen('apply')).mode, 'apply');
  assert.equal((await modeSeen('shadow')).mode, 'shadow');

  // A backfill leaves the date to be worked, and the night before is told by what applied.
  const span = { from: shadow.run.scheduledFor, until: shadow.run.scheduledFor };
  assert.deepEqual(await runsForInstants(pool, 'night', span), []);
  const key = { dagId: 'night', scheduledFor: null, businessDate: applied.run.businessDate };
  assert.equal((await lastRuns(pool, [key]))[0]?.mode, 'shadow');

  await assert.rejects(
    clearTasks(pool, shadow.run.runId, {
      ...{ taskId: null, onlyFailed: false, downstream: false, reason: 'now in earnest' },
      by: { actor: 'night_shift', channel: 'cli' },
      newParams: { given: { how: 'apply' }, taskTypes: null },
    }),
    /is a shadow run, and stays one: half a run of each kind would be neither/,
  );
});

test('nothing of a scratch transaction outlives it', async () => {
  const { rows } = await pool.query("select to_regclass('public.left_behind') as found");
  assert.deepEqual(rows, [{ found: null }]);
});
