import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DagVersions } from '../../../../runner/engine/dags/versions.ts';
import { clearTasks } from '../../../../runner/engine/operator/operator.ts';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { clearDependents, dependentsOf } from '../../../../runner/engine/other_dags/dependents.ts';
import { listRuns } from '../../../../runner/store/run/dag_run.ts';
import { dependentsText } from '../../../../runner/view/run/clearing.ts';
import { testEngine } from '../../../support/engine/engine.ts';
import { stepDag, steps } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';

const step = steps();
const engine = await testEngine({ after }, [step.type]);
const { pool } = engine;
const versions = new DagVersions(pool);
const request = { by: { actor: 'operator', channel: 'cli' }, reason: 'the file was cut' } as const;

test('what waited in other DAGs is found by name over several DAGs, and cleared after what it waited for', async () => {
  await engine.startWorker();
  const daily = ['schedule: "0 1 * * *"', 'catchup: none', 'max_active_runs: 9'];
  const dags = {
    source: ['task_id: load', 'task_id: other'],
    report: [
      'task_id: before',
      'task_id: sum, depends_on: [before, {dag: source, task: load}]',
      'task_id: end, depends_on: [sum]',
    ],
    unrelated: ['task_id: sum, depends_on: [{dag: source, task: other}]'],
    next_day: ['task_id: use, depends_on: [{dag: report, task: end, date: previous}]'],
  };
  for (const [dagId, tasks] of Object.entries(dags))
    assert.deepEqual(await engine.writeDag(dagId, stepDag(dagId, tasks, daily)), []);
  await engine.writeDag('mail', stepDag('mail', ['task_id: send'], ['schedule: {after: report}']));
  const date = Temporal.PlainDate.from('2026-03-10');
  const runOn = async (dagId: string, day = date) => {
    const { runId } = await triggerRun(pool, {
      dagId,
      date: day,
      params: {},
      timeEdges: 'collapse',
      ...request,
    });
    return (await engine.ended(runId)).run;
  };
  const source = await runOn('source');
  const report = await runOn('report');
  await runOn('unrelated');
  const nextDay = await runOn('next_day', date.add({ days: 1 }));
  const mail = await until('the report to be followed', async () => {
    const [run] = await listRuns(pool, { dagId: 'mail', state: 'success', limit: 1 });
    return run ?? null;
  });

  const found = await dependentsOf({ db: pool, versions }, source, ['load']);
  assert.equal(
    dependentsText(found),
    `run ${report.runId} of report (2026-03-10), run ${mail.runId} of mail (2026-03-10), run ${nextDay.runId} of next_day (2026-03-11)`,
  );
  assert.deepEqual(
    found.map(({ waited }) => waited),
    [['sum'], null, ['use']],
  );
  const before = step.started.length;
  await clearTasks(pool, source.runId, { ...request, taskId: 'load', onlyFailed: false, downstream: true });
  await clearDependents(pool, found, request);
  for (const { runId } of [source, report, nextDay, mail])
    assert.equal((await engine.ended(runId)).run.state, 'success');
  const again = step.started.slice(before).map(({ taskId }) => taskId);
  assert.deepEqual(again.toSorted(), ['end', 'load', 'send', 'sum', 'use']);
  assert.ok(again.indexOf('load') < again.indexOf('sum'));
  assert.ok(again.indexOf('end') < again.indexOf('use'), 'the day after waits again for the report');
});
