import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlertDeliverer } from '../../../../runner/engine/alerts/deliver.ts';
import { loadTaskTypes } from '../../../../runner/engine/dags/task_types.ts';
import { clearTasks } from '../../../../runner/engine/operator/operator.ts';
import { FailTask } from '../../../../runner/task.ts';
import { MAIL_PASSWORD, mailServer } from '../../../support/alerts/mail_server.ts';
import { testEngine, testLog } from '../../../support/engine/engine.ts';
import { FIXTURE_TASKS, startWorkerProcess } from '../../../support/engine/processes.ts';
import { stepDag, steps } from '../../../support/engine/task_types.ts';
import { startHttpReceiver } from '../../../support/http_receiver.ts';
import { until } from '../../../support/until.ts';

test('two workers tell of each failed run once, beside tasks that a hanging channel does not hold up', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const { pool } = engine;
  const hook = await startHttpReceiver(t);
  const hanging = await startHttpReceiver(t);
  hanging.answer(() => undefined);
  step.on('load', () => {
    throw new FailTask('no file came');
  });
  await engine.writeDag('night', stepDag('night', ['task_id: load'], ['alerts: [{to: [hook, hanging]}]']));
  const env = { STOCKFLOW_CONN_HOOK: hook.url, STOCKFLOW_CONN_HANGING: hanging.url };
  for (let worker = 0; worker < 2; worker += 1) {
    await engine.startWorker({
      concurrency: 1,
      alertSender: new AlertDeliverer({ pool, env, log: testLog, commandWords: () => [], webUrl: null }),
    });
  }
  const first = await engine.run('night');
  await until('the hanging channel to be told', async () => hanging.received.length > 0);
  const runIds = [first.run.runId];
  for (let more = 0; more < 4; more += 1) runIds.push((await engine.run('night')).run.runId);
  await until('each run to be told of', async () => hook.received.length >= runIds.length);
  await until('each delivery to be marked', async () => {
    const { rowCount } = await pool.query(
      `select from stockflow.alert_delivery where channel = 'hook' and state <> 'sent'`,
    );
    return rowCount === 0;
  });
  const told = hook.received.flatMap(({ body }) =>
    JSON.parse(body).alerts.map(({ run_id: runId }: { readonly run_id: number }) => runId),
  );
  assert.deepEqual(told.toSorted(), runIds.toSorted());
});

test('a worker that dies between sending and marking leaves the message to be sent again, under the same key', async (t) => {
  const { byName } = await loadTaskTypes(FIXTURE_TASKS);
  const engine = await testEngine(t, [...byName.values()]);
  const { pool } = engine;
  const hook = await startHttpReceiver(t);
  const channels = { STOCKFLOW_CONN_HOOK: `${hook.url}/?secret=x` };
  // The table that the task writes to is missing, so it fails.
  const yaml = stepDag('night', ['task_id: load'], ['alerts: [{to: [hook]}]']);
  await engine.writeDag('night', yaml.replace('type: step', 'type: effect'));
  process.env.STOCKFLOW_FAIL_AT = 'deliver.sent:1';
  const victim = startWorkerProcess(t, { url: engine.url, leaseMs: 2_000, channels });
  delete process.env.STOCKFLOW_FAIL_AT;
  const { ended } = await victim;
  await engine.run('night');
  assert.equal(await ended, 'SIGKILL');
  assert.equal(hook.received.length, 1);
  // The minute for which the dead worker had it passes.
  await pool.query(`update stockflow.alert_delivery set next_attempt_at = now() - interval '6 seconds'`);
  await startWorkerProcess(t, { url: engine.url, leaseMs: 2_000, channels });
  await until('the delivery to be marked', async () => {
    const { rowCount } = await pool.query(`select from stockflow.alert_delivery where state = 'sent'`);
    return rowCount === 1;
  });
  const keys = hook.received.map(({ headers }) => headers['idempotency-key']);
  assert.equal(keys.length, 2);
  assert.equal(new Set(keys).size, 1);
  assert.equal(hook.received[0]?.body, hook.received[1]?.body);
});

test('a run that is cleared and succeeds answers the mail about its failure', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const { pool } = engine;
  const server = await mailServer(t);
  let isBroken = true;
  step.on('load', () => {
    if (isBroken) throw new FailTask('no file came');
    return null;
  });
  await engine.writeDag('night', stepDag('night', ['task_id: load'], ['alerts: [{to: [mail]}]']));
  const address = 'from=night@flow.example&to=ops@flow.example';
  const login = `night:${encodeURIComponent(MAIL_PASSWORD)}`;
  const env = {
    STOCKFLOW_CONN_MAIL: `smtp://${login}@127.0.0.1:${server.port}?${address}&ca_file=${server.caFile}`,
  };
  await engine.startWorker({
    alertSender: new AlertDeliverer({ pool, env, log: testLog, commandWords: () => [], webUrl: null }),
  });
  const { run } = await engine.run('night');
  await until('the failure to be told', async () => server.mails.length === 1);
  isBroken = false;
  const by = { actor: 'operator', channel: 'cli' } as const;
  const failed = { reason: null, taskId: null, onlyFailed: true, downstream: false };
  await clearTasks(pool, run.runId, { by, ...failed });
  await until('the recovery to be told', async () => server.mails.length === 2);
  const [failure = '', recovery = ''] = server.mails;
  const id = /^Message-ID: (<\S+>)/m.exec(failure)?.[1] ?? assert.fail();
  assert.match(recovery, /^Subject: night recovered, /m);
  assert.ok(recovery.includes(`In-Reply-To: ${id}`));
});
