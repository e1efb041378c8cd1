import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { after, test } from 'node:test';
import { testDatabase } from '../../../support/postgres/database.ts';
import { cliProject } from '../cli_project.ts';

const { url, pool } = await testDatabase({ after }, { migrations: ['runner', 'queue'] });
const project = await cliProject({ after }, { DATABASE_URL: url });

function dagText(dagId: string, schedule: string, tasks: string): string {
  return `dag_id: ${dagId}\ntimezone: America/New_York\nschedule: ${schedule}\ntasks:\n${tasks}\n`;
}
const ONE_TASK = '  - {task_id: a, type: step}';
/** Noon two days on: between two nights, whenever the test runs. */
const LATER = `${Temporal.Now.zonedDateTimeISO('America/New_York').toPlainDate().add({ days: 2 })}T12:00:00-05:00`;

/** Puts the file into force, as a worker would: whatever asks for the DAG reads its file. */
async function putInForce(dagId: string): Promise<void> {
  const { code, stderr } = await project.run(['dags', 'resume', dagId]);
  assert.equal(code, 0, stderr);
}

test('moving the reset from 30 1 to 30 2 in New York is safe, and names the spring night on which it runs at 03:30', async () => {
  await project.write('dags/reset.yaml', dagText('reset', '"30 1 * * *"', ONE_TASK));
  await putInForce('reset');
  await project.write('dags/reset.yaml', dagText('reset', '"30 2 * * *"', ONE_TASK));
  const plan = await project.run(['dags', 'plan', 'dags/reset.yaml', '--at', LATER]);
  assert.equal(plan.code, 0, plan.stdout + plan.stderr);
  assert.match(
    plan.stdout,
    /\+ due: \d{4}-03-\d\d 02:30 does not exist in America\/New_York: it runs at 03:30 EDT\n/,
  );
  assert.match(
    plan.stdout,
    /- due: \d{4}-11-\d\d 01:30 comes twice in America\/New_York: it runs at the first, 01:30 EDT\n/,
  );
  assert.match(plan.stdout, /schedule \["30 1 \* \* \*"\] -> \["30 2 \* \* \*"\]/);
  assert.match(plan.stdout, /at 01:30 every day, America\/New_York -> at 02:30 every day, America\/New_York/);
  assert.match(plan.stdout, /before {2}\S+ 01:30 E[SD]T, .*\n.*after {3}\S+ 02:30 E[SD]T, /);
  const { rows } = await pool.query(
    `select v.source from stockflow.dag d join stockflow.dag_version v on v.dag_version_id = d.current_version_id
      where d.dag_id = 'reset'`,
  );
  assert.match(rows[0].source, /30 1 /, 'a plan changed what is in force');
});

test('a change that loses dates exits 1 and says which, in JSON and CSV as well', async () => {
  await project.write('dags/reset.yaml', dagText('reset', '"30 1 * * MON-SAT"', ONE_TASK));
  const [text, json, csv] = await Promise.all(
    ['table', 'json', 'csv'].map((format) =>
      project.run(['dags', 'plan', 'reset', '--at', LATER, '-o', format]),
    ),
  );
  assert.deepEqual([text?.code, json?.code, csv?.code], [1, 1, 1]);
  assert.match(text?.stdout ?? '', /changed, it loses 5[23] dates: \d{4}-/);
  assert.match(text?.stderr ?? '', /not safe/);
  const [plan] = JSON.parse(json?.stdout ?? '');
  assert.deepEqual([plan.kind, plan.safe, plan.dates.doubled, plan.safe_from], ['changed', false, [], null]);
  const lost: readonly string[] = plan.dates.lost;
  assert.ok(lost.length >= 52);
  assert.deepEqual([...new Set(lost.map((date) => Temporal.PlainDate.from(date).dayOfWeek))], [7]);
  assert.match(csv?.stdout ?? '', new RegExp(`^reset,changed,date_lost,${lost[0]},`, 'm'));
});

test('a new DAG, an unchanged one, one with a new comment and one whose file is gone are distinguished', async () => {
  await project.write('dags/reset.yaml', dagText('reset', '"30 1 * * *"', ONE_TASK));
  const same = await project.run(['dags', 'plan', 'reset']);
  assert.deepEqual([same.code, same.stdout], [0, 'reset  dags/reset.yaml: no change\n']);
  await project.write('dags/reset.yaml', `# told\n${dagText('reset', '"30 1 * * *"', ONE_TASK)}`);
  await project.write('dags/fresh.yaml', dagText('fresh', '"0 4 * * *"', ONE_TASK));
  await project.write('dags/gone.yaml', dagText('gone', '"0 5 * * *"', ONE_TASK));
  await putInForce('gone');
  await rm(path.join(project.dir, 'dags/gone.yaml'));
  const { code, stdout } = await project.run(['dags', 'plan', '--at', LATER]);
  assert.equal(code, 1, 'a removed DAG loses its dates');
  const heads = stdout.split('\n').filter((line) => /^\w/.test(line));
  assert.match(heads[0] ?? '', /^fresh {2}dags\/fresh\.yaml: new, safe$/);
  assert.match(heads[1] ?? '', /^gone {2}dags\/gone\.yaml: removed, it loses 365 dates: /);
  assert.match(heads[2] ?? '', /^reset {2}dags\/reset\.yaml: no change$/);
  const byId = await project.run(['dags', 'plan', 'gone', '--at', LATER]);
  assert.equal(byId.stdout, stdout.slice(stdout.indexOf('gone '), stdout.indexOf('\nreset ')));
});

test('runs in flight, moved edges and a deadline that history says will pass are reported', async () => {
  const tasks = (edge: string) =>
    `  - {task_id: load, type: step}\n  - {task_id: publish, type: step, depends_on: [load], ${edge}deadline: "05:00"}`;
  await project.write('dags/slow.yaml', dagText('slow', '"30 1 * * *"', tasks('not_before: "02:00", ')));
  await putInForce('slow');
  assert.equal(
    (await project.run(['trigger', 'slow', '--date', '2026-06-18', '--time-edges', 'collapse', '--local']))
      .code,
    0,
  );
  await pool.query(
    `update stockflow.task_instance set started_at = finished_at - interval '40 minutes' where task_id = 'publish'`,
  );
  assert.equal((await project.run(['trigger', 'slow'])).code, 0);
  await project.write('dags/slow.yaml', dagText('slow', '"30 1 * * *"', tasks('not_before: "04:30", ')));
  const { code, stdout } = await project.run(['dags', 'plan', 'slow', '--at', LATER, '-o', 'json']);
  assert.equal(code, 0);
  const [plan] = JSON.parse(stdout);
  assert.deepEqual(
    plan.edges.map(({ task_id, key, before, after: is }: Record<string, string>) => [
      task_id,
      key,
      before,
      is,
    ]),
    [['publish', 'not_before', '02:00', '04:30']],
  );
  assert.deepEqual(
    plan.in_flight.map(({ state }: { state: string }) => state),
    ['running'],
  );
  const [deadline] = plan.deadlines;
  assert.deepEqual([deadline.task_id, deadline.is_new, deadline.runs], ['publish', true, 1]);
  assert.equal(deadline.p95_ms, 2_400_000);
  const minutes = (text: string) =>
    Temporal.Instant.from(text).toZonedDateTimeISO('America/New_York').toPlainTime().toString();
  assert.deepEqual([minutes(deadline.expected_at), minutes(deadline.deadline_at)], ['05:10:00', '05:00:00']);
});

test('an invalid file exits 3 with its problems, and what is nowhere exits 4', async () => {
  await project.write('dags/bent.yaml', 'dag_id: bent\ntimezone: UTC\nschedule: []\ntusks: []\n');
  const [invalid, json, noFile, noId, past] = await Promise.all([
    project.run(['dags', 'plan', 'dags/bent.yaml']),
    project.run(['dags', 'plan', 'bent', '-o', 'json']),
    project.run(['dags', 'plan', 'dags/nothing.yaml']),
    project.run(['dags', 'plan', 'rest']),
    project.run(['dags', 'plan', 'reset', '--at', '2020-01-01']),
  ]);
  assert.equal(invalid.code, 3);
  assert.match(invalid.stdout, /^bent {2}dags\/bent\.yaml: invalid\n {2}dags\/bent\.yaml:\d+:\d+ /);
  assert.match(invalid.stderr, /bent: an invalid file changes nothing; it never had a valid version/);
  await project.write('dags/reset.yaml', 'dag_id: reset\n');
  const spoilt = await project.run(['dags', 'plan', 'reset']);
  assert.match(spoilt.stderr, /reset: an invalid file changes nothing; the last valid version goes on/);
  const [plan] = JSON.parse(json.stdout);
  assert.deepEqual([json.code, plan.kind, plan.problems.length > 0], [3, 'invalid', true]);
  assert.deepEqual([noFile.code, noId.code, past.code], [4, 4, 2]);
  assert.match(noId.stderr, /no DAG rest, did you mean reset\?/);
  await rm(path.join(project.dir, 'dags/bent.yaml'));
});

test('a calendar is planned through the DAGs that use it: what it closes is told, and is safe', async () => {
  const closing = (include: string) => `include: [${include}]\nclosed: [{name: Saturday, weekday: SAT}]\n`;
  await project.write('dags/calendars/weekend.yaml', closing(''));
  await project.write('dags/calendars/sunday.yaml', 'closed: [{name: Sunday, weekday: SUN}]\n');
  const shop = dagText('shop', '"0 1 * * *"\ncalendar: weekend', ONE_TASK);
  await project.write('dags/shop.yaml', shop);
  await putInForce('shop');
  await project.write('dags/calendars/weekend.yaml', closing('sunday'));
  const [own, included, unused] = await Promise.all([
    project.run(['dags', 'plan', 'dags/calendars/weekend.yaml', '--at', LATER]),
    project.run(['dags', 'plan', 'dags/calendars/sunday.yaml', '--at', LATER, '-o', 'json']),
    project
      .write('dags/calendars/unused.yaml', 'closed: []\n')
      .then(() => project.run(['dags', 'plan', 'dags/calendars/unused.yaml'])),
  ]);
  assert.equal(own.code, 0, own.stdout + own.stderr);
  assert.match(own.stdout, /^shop {2}dags\/shop\.yaml: changed, safe$/m);
  assert.match(own.stdout, /calendar\.weekend\.include \(not given\) -> \["sunday"\]/);
  assert.match(own.stdout, /closed {4}5[23] dates: \d{4}-\d\d-\d\d Sunday; /);
  const plans: { dag_id: string; dates: { lost: unknown[]; closed: { name: string }[] } }[] = JSON.parse(
    included.stdout,
  );
  assert.deepEqual(
    plans.map(({ dag_id, dates }) => [
      dag_id,
      dates.lost,
      [...new Set(dates.closed.map(({ name }) => name))],
    ]),
    [['shop', [], ['Sunday']]],
  );
  assert.equal(unused.code, 4);
  assert.match(unused.stderr, /no DAG in dags uses the calendar unused/);
});
