import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { testDatabase } from '../../support/postgres/database.ts';
import { until } from '../../support/until.ts';
import { cliProject } from './cli_project.ts';

const { url, pool } = await testDatabase({ after }, { migrations: ['runner', 'queue'] });
const project = await cliProject({ after }, { DATABASE_URL: url });

await project.write(
  'dags/failing.yaml',
  `dag_id: failing
timezone: America/New_York
schedule: null
params: {store: {type: integer, default: null, description: a store}}
tasks:
  - {task_id: first, type: step}
  - {task_id: boom, type: step, depends_on: [first], retries: 0, with: {fail: "rows fell from 100 to 3"}}
  - {task_id: after_it, type: step, depends_on: [boom]}
`,
);
await project.write(
  'dags/waiting.yaml',
  `dag_id: waiting
timezone: UTC
schedule: null
max_active_runs: 9
tasks:
  - {task_id: first, type: step}
  - {task_id: much_later, type: step, depends_on: [{task_id: first, delay: 2d}]}
`,
);
await project.write(
  'dags/unconnected.yaml',
  `dag_id: unconnected
timezone: UTC
schedule: null
tasks:
  - {task_id: ask, type: step, with: {connection: oms}}
`,
);

test('trigger --local works the run in its own process, and exits 1 when it fails', async () => {
  const { code, stdout, stderr } = await project.run(
    ['trigger', 'failing', '--local', '--param', 'store=12', '--reason', 'a test', '-o', 'json'],
    { STOCKFLOW_DEBUG: '1' },
  );
  assert.equal(code, 1);
  const { run, tasks } = JSON.parse(stdout);
  assert.equal(run.state, 'failed');
  assert.equal(run.time_edges, 'keep');
  assert.deepEqual(run.params, { store: 12 });
  assert.equal(run.reason, 'a test');
  assert.deepEqual(
    tasks.map(({ task_id, state }: { task_id: string; state: string }) => `${task_id} ${state}`),
    ['first success', 'boom failed', 'after_it upstream_failed'],
  );
  assert.match(stderr, /debug|info/, 'the log was not on stderr');
  assert.match(stderr, /boom failed rows fell from 100 to 3/);
});

test('a run is shown with its failure first, and what to type next', async () => {
  const { code, stdout } = await project.run(['runs', 'show', 'failing']);
  assert.equal(code, 0);
  const order = [
    'boom failed at attempt 1: rows fell',
    'stockflow tasks logs ',
    'tasks clear',
    '--only-failed',
    'task id   state',
  ];
  const positions = order.map((text) => stdout.indexOf(text));
  assert.ok(
    positions.every((position) => position >= 0),
    stdout,
  );
  assert.deepEqual(
    positions,
    positions.toSorted((a, b) => a - b),
  );
  assert.match(stdout, /^first +success .* 1,200 +84\.2 kB$/m);
  assert.match(stdout, / E[SD]T/);
});

test('every command that lists or shows keeps its JSON clean while the log is at debug', async () => {
  const commands = [
    ['runs', 'list'],
    ['runs', 'show', 'failing'],
    ['runs', 'watch', 'failing'],
    ['tasks', 'logs', 'failing', 'boom'],
    ['dags', 'list'],
    ['dags', 'show', 'failing'],
    ['dags', 'next', 'failing'],
    ['dags', 'validate'],
    ['status'],
    ['migrate'],
    ['trigger', 'waiting'],
  ];
  const ends = await Promise.all(
    commands.map((args) => project.run([...args, '-o', 'json'], { STOCKFLOW_DEBUG: '1' })),
  );
  for (const [index, { code, stdout, stderr }] of ends.entries()) {
    const name = commands[index]?.join(' ') ?? '';
    assert.doesNotThrow(() => JSON.parse(stdout), `${name}: ${stdout}${stderr}`);
    assert.equal(code, name === 'status' || name.startsWith('runs watch') ? 1 : 0, name);
  }
  const [runs, , watched, logs] = ends.map(({ stdout }) => JSON.parse(stdout));
  assert.equal(runs.find(({ dag_id }: { dag_id: string }) => dag_id === 'failing')?.business_date.length, 10);
  assert.equal(watched.run.state, 'failed');
  assert.deepEqual(
    logs.map(({ level, message }: { level: string; message: string }) => `${level} ${message}`),
    ['info stepping', 'error rows fell from 100 to 3'],
  );
});

test('the log of one attempt is printed as text, lines and CSV, and -f ends with the task', async () => {
  const logs = ['tasks', 'logs', 'failing', 'boom', '--try'];
  const [text, lines, csv, none, refused] = await Promise.all([
    project.run([...logs, '1']),
    project.run([...logs, '1', '-f', '-o', 'jsonl']),
    project.run([...logs, '1', '-o', 'csv']),
    project.run([...logs, '2']),
    project.run([...logs, '1', '-f', '-o', 'json']),
  ]);
  assert.match(text.stdout, / E[SD]T {2}try 1 {2}info {3}stepping ms=0\n/);
  assert.equal(
    lines.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)).length,
    2,
  );
  assert.equal(csv.stdout.split('\n')[0], 'at,attempt,map_index,level,message,facts');
  assert.deepEqual([none.stdout, none.code], ['', 0]);
  assert.equal(refused.code, 2);
});

test('what is not there exits 4 with the nearest that is', async () => {
  const wanted: readonly (readonly [readonly string[], RegExp])[] = [
    [['runs', 'show', '999999'], /no run 999999/],
    [['runs', 'watch', 'faling'], /did you mean failing\?/],
    [['trigger', 'faling'], /no DAG faling, did you mean failing\?/],
    [['tasks', 'logs', 'failing', 'bom'], /no task bom, did you mean boom\?/],
    [['dags', 'pause', 'faling'], /did you mean failing\?/],
    [['dags', 'next', 'faling'], /did you mean failing\?/],
  ];
  const ends = await Promise.all(wanted.map(([args]) => project.run(args)));
  for (const [index, { code, stderr }] of ends.entries()) {
    assert.equal(code, 4, stderr);
    assert.match(stderr, wanted[index]?.[1] ?? /never/);
  }
});

test('a param that does not fit exits 2, and an invalid file 3, before any run is made', async () => {
  await project.write(
    'dags/crooked.yaml',
    'dag_id: crooked\ntimezone: UTC\nschedule: null\ntasks: [{task_id: a, type: stpe}]\n',
  );
  const before = await pool.query('select count(*) from stockflow.dag_run');
  const [param, invalid] = await Promise.all([
    project.run(['trigger', 'failing', '--param', 'store=twelve']),
    project.run(['trigger', 'crooked']),
  ]);
  assert.equal(param.code, 2);
  assert.equal(invalid.code, 3);
  assert.match(invalid.stderr, /dags\/crooked\.yaml:4:\d+ tasks\[0\]\.type: .*did you mean step\?/);
  const then = await pool.query('select count(*) from stockflow.dag_run');
  assert.deepEqual(then.rows, before.rows);
  await project.write(
    'dags/crooked.yaml',
    'dag_id: crooked\ntimezone: UTC\nschedule: null\ntasks: [{task_id: a, type: step}]\n',
  );
});

test('an edit just made counts, and a run that nobody works is said to wait for a worker', async () => {
  await project.write(
    'dags/edited.yaml',
    'dag_id: edited\ntimezone: UTC\nschedule: null\ntasks: [{task_id: old_one, type: step}]\n',
  );
  assert.match((await project.run(['trigger', 'edited'])).stderr, /no worker is running.*--local/);
  await project.write(
    'dags/edited.yaml',
    'dag_id: edited\ntimezone: UTC\nschedule: null\nmax_active_runs: 9\ntasks: [{task_id: new_one, type: step}]\n',
  );
  const { code, stdout, stderr } = await project.run(['trigger', 'edited', '--local']);
  assert.equal(code, 0);
  assert.match(stdout, /^new_one +success/m);
  assert.doesNotMatch(stdout, /old_one/);
  assert.ok(!`${stdout}${stderr}`.includes('\u001b'), 'colours or animation off a terminal');
});

test('a missing connection fails the run by the name of its variable', async () => {
  const { code, stdout } = await project.run(['trigger', 'unconnected', '--local']);
  assert.equal(code, 1);
  assert.match(stdout, /STOCKFLOW_CONN_OMS is not set/);
});

test('waiting ends with 7 when its time is over and with 130 at Ctrl-C, and the run goes on', async () => {
  const timedOut = await project.run(['trigger', 'waiting', '--wait', '--timeout', '100ms']);
  assert.equal(timedOut.code, 7);
  assert.match(timedOut.stderr, /stockflow runs watch \d+/);
  const watching = project.start(['runs', 'watch', 'waiting']);
  await watching.said('of waiting: running');
  watching.kill('SIGINT');
  assert.equal((await watching.ended).code, 130);
  const { rows } = await pool.query(`select distinct state from stockflow.dag_run where dag_id = 'waiting'`);
  assert.deepEqual(rows, [{ state: 'running' }]);
});

test('a database that cannot be reached exits 5, naming its address and no secret', async () => {
  const { code, stderr } = await project.run(['status'], {
    DATABASE_URL: 'postgres://me:s3cret@127.0.0.1:1/stock',
  });
  assert.equal(code, 5);
  assert.match(stderr, /database stock at 127\.0\.0\.1:1: /);
  assert.doesNotMatch(stderr, /s3cret/);
});

test('pausing and resuming are recorded with their reason; under catchup none the missed instants are settled', async () => {
  await project.write(
    'dags/nightly.yaml',
    'dag_id: nightly\ntimezone: UTC\nschedule: "0 1 * * *"\ncatchup: none\ntasks: [{task_id: a, type: step}]\n',
  );
  const paused = await project.run(['dags', 'pause', 'nightly', '--reason', 'store audit']);
  assert.equal(paused.code, 0);
  assert.match((await project.run(['dags', 'pause', 'nightly'])).stderr, /was paused already/);
  await pool.query(
    `update stockflow.dag set schedule_cursor = now() - interval '3 days' where dag_id = 'nightly'`,
  );

  const listed = await project.run(['dags', 'list', '-o', 'json']);
  const row = JSON.parse(listed.stdout).find(({ dag_id }: { dag_id: string }) => dag_id === 'nightly');
  assert.deepEqual([row.state, row.paused, row.next, row.schedule], ['paused', true, null, ['0 1 * * *']]);

  const resumed = await project.run(['dags', 'resume', 'nightly', '--reason', 'audit done']);
  assert.match(resumed.stderr, /is scheduled again; next run \d{4}-\d\d-\d\d 01:00 UTC/);
  const { rows } = await pool.query(
    `select is_paused, schedule_cursor > now() - interval '1 minute' as settled, next_scheduled_for > now() as has_next
       from stockflow.dag where dag_id = 'nightly'`,
  );
  assert.deepEqual(rows, [{ is_paused: false, settled: true, has_next: true }]);
  const events = await pool.query(
    `select action, reason, channel from stockflow.event
      where dag_id = 'nightly' and action in ('dag.paused', 'dag.resumed') order by event_id`,
  );
  assert.deepEqual(events.rows, [
    { action: 'dag.paused', reason: 'store audit', channel: 'cli' },
    { action: 'dag.resumed', reason: 'audit done', channel: 'cli' },
  ]);
  const jobs = await pool.query(
    `select 1 from graphile_worker.jobs where key = 'schedule:nightly' and run_at <= now()`,
  );
  assert.equal(jobs.rowCount, 1);
});

test('status exits 1 and names the night that did not run, the failure and the invalid file', async () => {
  await pool.query(
    `update stockflow.dag set schedule_cursor = now() - interval '3 days' where dag_id = 'nightly'`,
  );
  await project.write('dags/bent.yaml', 'dag_id: bent\ntimezone: UTC\nschedule: []\ntusks: []\n');
  const { code, stdout, stderr } = await project.run(['status']);
  assert.equal(code, 1);
  assert.match(
    stdout,
    /^nightly +did not run +\d{4}-\d\d-\d\d +\d{4}-\d\d-\d\d 01:00 UTC .*no worker has been running since$/m,
  );
  assert.match(stdout, /^failing +failed .*boom: rows fell from 100 to 3$/m);
  assert.match(stdout, /^bent +invalid .*dags\/bent\.yaml:/m);
  assert.match(stderr, /no worker is running/);
  await project.write(
    'dags/bent.yaml',
    'dag_id: bent\ntimezone: UTC\nschedule: null\ntasks: [{task_id: a, type: step}]\n',
  );
});

test('a worker announces what is next, works what others trigger, and ends by signal: 130 at Ctrl-C, 0 at SIGTERM', async () => {
  const worker = project.start(['worker']);
  await worker.said('working; Ctrl-C stops');
  await worker.said('nightly  next ');
  const { code, stderr } = await project.run(['trigger', 'crooked', '--wait']);
  assert.equal(code, 0);
  assert.doesNotMatch(stderr, /no worker is running/);
  worker.kill('SIGINT');
  assert.equal((await worker.ended).code, 130);

  const second = project.start(['up']);
  await second.said('working; Ctrl-C stops');
  second.kill('SIGTERM');
  assert.equal((await second.ended).code, 0);
  await until('no worker to hold its lease', async () => {
    const { rows } = await pool.query(
      'select count(*)::int as alive from stockflow.worker where stopped_at is null',
    );
    return rows[0].alive === 0 ? true : null;
  });
});
