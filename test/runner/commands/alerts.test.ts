import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { addFailingFeeds } from '../../support/alerts/failing_feeds.ts';
import { mailServer } from '../../support/alerts/mail_server.ts';
import { outbox } from '../../support/alerts/outbox.ts';
import { startHttpReceiver } from '../../support/http_receiver.ts';
import { cliProject } from './cli_project.ts';

const CANARY = 'canary-0f-the-address';
const own = await outbox({ after });
const project = await cliProject({ after }, { DATABASE_URL: own.url });

test('alerts test sends a message that says it is a test, and prints the answer', async (t) => {
  const hook = await startHttpReceiver(t);
  hook.answer((response, { path }) => response.end(`thanks for ${path}`));
  const env = { STOCKFLOW_CONN_HOOK: `${hook.url}/${CANARY}?quiet=00:00-23:59&quiet_timezone=UTC` };
  const { code, stdout, stderr } = await project.run(['alerts', 'test', 'hook'], env);
  assert.equal(code, 0, stderr);
  assert.match(
    stdout,
    /^http:\/\/127\.0\.0\.1:\d+ took the test message in .*: 200 thanks for \[secret\]\n$/,
  );
  const { kind, sentence } = JSON.parse(hook.received[0]?.body ?? '');
  assert.equal(kind, 'test');
  assert.match(sentence, /^This is a test: nothing has happened\./);
});

test('alerts test exits 5 where the receiver refuses or is not there, and 2 for a wrong setting', async (t) => {
  const hook = await startHttpReceiver(t);
  hook.answer((response) => response.writeHead(403).end('no'));
  const answers = [];
  for (const url of [
    `${hook.url}/${CANARY}`,
    `http://127.0.0.1:1/${CANARY}`,
    'sftp://u@h/x',
    `smtp://h?from=a@b.example&to=c@d.example&${CANARY}=1`,
  ]) {
    const { code, stdout, stderr } = await project.run(['alerts', 'test', 'hook'], {
      STOCKFLOW_CONN_HOOK: url,
    });
    assert.doesNotMatch(stdout + stderr, /canary/);
    answers.push([code, stderr.split('\n')[0]?.replace(/:\d{4,5}/g, '')]);
  }
  assert.deepEqual(answers, [
    [5, 'error: http://127.0.0.1 answered 403: no'],
    [5, 'error: http://127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1'],
    [
      2,
      'error: STOCKFLOW_CONN_HOOK: is a connection of tasks (sftp://), through which nobody can be told; write the URL of a channel: smtp://, smtps://, slack+https://, teams+https://, pagerduty:// or https://',
    ],
    [
      2,
      'error: STOCKFLOW_CONN_HOOK: unknown parameter; accepted: from, to, starttls, password_file, ca_file, quiet, quiet_timezone, repeat',
    ],
  ]);
});

test('a channel is no connection of tasks', async () => {
  const env = { STOCKFLOW_CONN_HOOK: 'https://h.example/x' };
  const { code, stderr } = await project.run(['connections', 'test', 'hook'], env);
  assert.equal(code, 2);
  assert.match(stderr, /is a channel for alerts, which no task uses; stockflow alerts test hook tries it/);
});

test('doctor logs in to a mail server, sends nothing, and names a channel that is not set', async (t) => {
  const server = await mailServer(t);
  await project.write(
    'dags/nightly.yaml',
    'dag_id: nightly\ntimezone: UTC\nschedule: null\nalerts: [{to: [night_mail]}]\ntasks: [{task_id: a, type: step}]\n',
  );
  const user = `night:${encodeURIComponent('canary-mail/secret@1')}`;
  const { stdout } = await project.run(['doctor', '-o', 'json'], {
    STOCKFLOW_CONN_NIGHT_MAIL: `smtp://${user}@127.0.0.1:${server.port}?from=a@b.example&to=c@d.example&ca_file=${server.caFile}&repeat=30m`,
    STOCKFLOW_ALERTS_TO: 'ops',
  });
  const found = JSON.parse(stdout)
    .filter(({ check }: { readonly check: string }) => check.startsWith('channel '))
    .map(
      (finding: { readonly [key: string]: string }) =>
        `${finding.verdict} ${finding.check}: ${finding.found}`,
    );
  assert.deepEqual(
    found.map((text: string) => text.replace(/127\.0\.0\.1:\d+/, 'HOST')),
    [
      'ok channel night_mail: smtp://night@HOST: logged in; named by nightly; told again every 30m',
      'problem channel ops: connection "ops": STOCKFLOW_CONN_OPS is not set; set it to the URL of a channel: smtp://, smtps://, slack+https://, teams+https://, pagerduty:// or https:// (named by STOCKFLOW_ALERTS_TO)',
    ],
  );
  assert.deepEqual(server.mails, []);
  assert.doesNotMatch(stdout, /canary/);
});

test('status shows the monitor and the receiver of lineage that are not reached; the first is a problem', async () => {
  await addFailingFeeds(own.pool);
  const status = await project.run(['status']);
  assert.equal(status.code, 1);
  assert.match(
    status.stderr,
    /\nother services not reached\n {2}heartbeat of a \(oncall_ping\): 1 ping not sent, since .*: hc\.example answered 404; given up\n {2}lineage: 1 run not sent, since .*: http:\/\/marquez\.example:5000 answered 503; the next try is at /,
  );
  await own.pool.query('delete from stockflow.heartbeat_ping');
  const lineageAlone = await project.run(['status']);
  assert.match(lineageAlone.stderr, /reached\n {2}lineage: /);
  assert.equal(lineageAlone.code, 0);
});

test('status and alerts list show what could not be sent', async () => {
  own.hook.answer((response) => response.writeHead(503).end('down for repair'));
  // Whatever the tests before took: an alert is due some seconds after it was written.
  own.clock = own.clock.add({ minutes: 10 });
  await own.tell('a');
  await own.sendDue();
  const status = await project.run(['status']);
  assert.equal(status.code, 1);
  assert.match(
    status.stderr,
    /\nalerts not sent\n {2}hook: 1 alert not sent, since .*: http:\/\/127\.0\.0\.1:\d+ answered 503: down for repair; the next try is at .*\n {2}whether it is reached again: stockflow alerts test hook\n/,
  );
  const listed = await project.run(['alerts', 'list', '-o', 'json']);
  const [row] = JSON.parse(listed.stdout);
  assert.equal(row.channel, 'hook');
  assert.equal(row.state, 'pending');
  assert.equal(row.tries, 1);
  assert.match(row.error, /answered 503/);
  const table = await project.run(['alerts', 'list', '--dag', 'a']);
  assert.match(table.stdout, /not sent in 1 try/);
  own.hook.answer((response) => response.end());
  own.clock = own.clock.add({ minutes: 1 });
  await own.sendDue();
  assert.doesNotMatch((await project.run(['status'])).stderr, /alerts not sent/);
});
