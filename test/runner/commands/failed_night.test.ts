/** Follows a failed night without the documentation: each command is taken from the output of the one before. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { testDatabase } from '../../support/postgres/database.ts';
import { until } from '../../support/until.ts';
import { cliProject } from './cli_project.ts';

const { url, pool } = await testDatabase({ after }, { migrations: ['runner', 'queue'] });
const project = await cliProject({ after }, { DATABASE_URL: url });

/** The command line that the text names behind a label, as words without `stockflow`. */
function suggested(text: string, label: RegExp): readonly string[] {
  const line = text.split('\n').find((one) => label.test(one)) ?? '';
  const [, command] = /stockflow (.+)$/.exec(line) ?? [];
  assert.ok(command !== undefined, `nothing to type behind ${label} in:\n${text}`);
  return command.trim().split(/ +/);
}

test('three commands lead from a failed night to its cause and its retry, each named by the one before', async () => {
  await project.write(
    'tasks/guarded.ts',
    `import { z } from '${import.meta.resolve('zod')}';
import { FailTask } from '${import.meta.resolve('../../../runner/task.ts')}';
const remedy = {
  artifact: { label: 'see all rows', name: 'rows.csv' },
  clear: { label: 'override the guard', scope: 'failed', params: { guard: 'off', why: null } },
};
export default { type: 'guarded', description: 'fails', params: z.strictObject({}), run: async () => { throw new FailTask('rows fell from 100 to 3', { remedy }); } };\n`,
  );
  await project.write(
    'dags/nightly.yaml',
    `dag_id: nightly\ntimezone: UTC\nschedule: "0 1 * * *"\ncatchup: latest\ncatchup_window: 26h
params: {guard: {type: string, default: "on"}, why: {type: string, default: ""}}\ntasks:
  - {task_id: fetch, type: step}
  - {task_id: filter, type: guarded, depends_on: [fetch], retries: 0}
  - {task_id: load, type: step, depends_on: [filter]}\n`,
  );
  assert.equal((await project.run(['dags', 'resume', 'nightly'])).code, 0);
  // The night that was last due is owed, and a worker works it.
  await pool.query(`update stockflow.dag set schedule_cursor = now() - interval '25 hours'`);
  await pool.query(
    `select graphile_worker.add_job('stockflow.schedule', json_build_object('dag_id', 'nightly'))`,
  );
  const worker = project.start(['worker']);
  await until('the night to have failed', async () => {
    const { rowCount } = await pool.query(`select from stockflow.dag_run where state = 'failed'`);
    return rowCount === 1 ? true : null;
  });

  const status = await project.run(['status']);
  assert.equal(status.code, 1);
  assert.match(status.stdout, /^nightly +failed .* failed: filter: rows fell from 100 to 3$/m);
  const [, row = ''] = /^nightly .* (stockflow runs show \d+) /m.exec(status.stdout) ?? [];
  const proposed = [
    '  to see all rows: stockflow runs artifacts 1 rows.csv',
    '  to override the guard: stockflow tasks clear 1 --only-failed --param guard=off --param why="why"',
  ].join('\n');
  assert.ok(status.stdout.includes(`\nhelp for filter of nightly\n${proposed}\n`), status.stdout);
  const show = await project.run(suggested(row, /runs show/));
  assert.equal(show.code, 0);
  assert.match(show.stdout, /^filter failed at attempt 1: rows fell from 100 to 3$/m);
  const logs = await project.run(suggested(show.stdout, /its log/));
  assert.match(logs.stdout, /rows fell from 100 to 3/);
  assert.equal(logs.stderr, proposed.replaceAll(/^ {2}/gm, '').concat('\n'));
  assert.ok(show.stdout.includes(`: rows fell from 100 to 3\n${proposed}\n`), show.stdout);
  const document = JSON.parse((await project.run(['runs', 'show', '1', '-o', 'json'])).stdout);
  assert.deepEqual(document.tasks[1].remedy, {
    artifact: { label: 'see all rows', name: 'rows.csv' },
    clear: { label: 'override the guard', scope: 'failed', params: { guard: 'off', why: null } },
  });
  assert.equal(document.tasks[0].remedy, null);
  const clear = await project.run(suggested(show.stdout, /run again/));
  assert.equal(clear.code, 0, clear.stderr);
  assert.match(
    clear.stderr,
    /cleared filter, load \(2 task instances\); stockflow runs watch \d+ follows it/,
  );
  const watch = await project.run(suggested(clear.stderr.replace(' follows it', ''), /watch/));
  assert.equal(watch.code, 1, 'the same version fails the same way');
  const { rows } = await pool.query(
    `select task_id, attempt_number from stockflow.task_instance where state <> 'none' order by task_instance_id`,
  );
  assert.deepEqual(rows, [
    { task_id: 'fetch', attempt_number: 1 },
    { task_id: 'filter', attempt_number: 2 },
    { task_id: 'load', attempt_number: 0 },
  ]);
  worker.kill('SIGTERM');
  await worker.ended;
});

test('following the log of one attempt ends with that attempt, while its task waits to be tried again', async () => {
  await project.write(
    'tasks/shake.ts',
    `import { z } from '${import.meta.resolve('zod')}';
export default { type: 'shake', description: 'fails', params: z.strictObject({}), run: async () => { throw new Error('no answer'); } };\n`,
  );
  await project.write(
    'dags/shaky.yaml',
    'dag_id: shaky\ntimezone: UTC\nschedule: null\ntasks: [{task_id: ask, type: shake, retries: 3, retry_delay: 1h}]\n',
  );
  const worker = project.start(['worker']);
  await worker.said('working; Ctrl-C stops');
  assert.equal((await project.run(['trigger', 'shaky'])).code, 0);
  const { code, stdout } = await project.run(['tasks', 'logs', 'shaky', 'ask', '--try', '1', '-f']);
  assert.equal(code, 0);
  assert.match(stdout, /try 1 {2}error {2}no answer/);
  const show = await project.run(['runs', 'show', 'shaky']);
  assert.match(show.stdout, /^ask failed at attempt 1: no answer$/m);
  assert.match(show.stdout, /runs again: by itself at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/);
  const graph = await project.run(['runs', 'show', 'shaky', '--graph']);
  assert.match(graph.stdout, /^ask +up_for_retry/m);
  worker.kill('SIGTERM');
  await worker.ended;
});
