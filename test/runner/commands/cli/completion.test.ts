import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { cliProject } from '../cli_project.ts';

const project = await cliProject({ after });
await project.write(
  'dags/nightly.yaml',
  'dag_id: nightly\ntimezone: UTC\nschedule: null\ntasks:\n  - {task_id: fetch, type: step}\n  - {task_id: load, type: step}\n',
);
await project.write('dags/weekly.yaml', 'dag_id: weekly\n');
await project.write('tasks/commands/count_stock.ts', '/** Counts. */\nexport function configure() {}\n');

async function candidates(...words: string[]): Promise<readonly string[]> {
  const { code, stdout, stderr } = await project.run(['completion', 'candidates', '--', ...words]);
  assert.deepEqual([code, stderr], [0, '']);
  return stdout.split('\n').slice(0, -1);
}

test('commands, found ones too, groups and their commands are completed from their beginning', async () => {
  const [all, groups, inGroup, helpOf, help, unknown, both, nested] = await Promise.all([
    candidates(''),
    candidates('co'),
    candidates('pools', ''),
    candidates('help', 'po'),
    candidates('help', 'pools', 's'),
    candidates('nothing', ''),
    candidates('web', ''),
    candidates('web', 'user', 'p'),
  ]);
  for (const name of ['up', 'status', 'runs', 'help']) assert.ok(all.includes(name), name);
  assert.deepEqual(groups, ['count-stock', 'connections', 'completion']);
  assert.deepEqual(inGroup, ['list', 'set']);
  assert.deepEqual(helpOf, ['pools']);
  assert.deepEqual(help, ['set']);
  assert.deepEqual(unknown, []);
  assert.deepEqual(both, ['user', 'token']);
  assert.deepEqual(nested, ['passwd']);
});

test('options, their choices, DAGs and the tasks of a DAG are completed where they can stand', async () => {
  const [options, ofGroup, choices, dags, runs, tasks, ofInvalid, afterValue] = await Promise.all([
    candidates('runs', 'list', '--limit', '5', '--'),
    candidates('web', '--host', '::1', '--'),
    candidates('runs', 'list', '-o', 'j'),
    candidates('trigger', ''),
    candidates('runs', 'show', 'n'),
    candidates('tasks', 'logs', 'nightly', ''),
    candidates('tasks', 'logs', 'weekly', ''),
    candidates('trigger', '--date', '2026-01-31', 'w'),
  ]);
  assert.deepEqual(options, ['--state', '--output', '--help']);
  assert.deepEqual(ofGroup, ['--port', '--help']);
  assert.deepEqual(choices, ['json', 'jsonl']);
  assert.deepEqual(dags, ['nightly', 'weekly']);
  assert.deepEqual(runs, ['nightly']);
  assert.deepEqual(tasks, ['fetch', 'load']);
  assert.deepEqual(ofInvalid, []);
  assert.deepEqual(afterValue, ['weekly']);
});

test('bash completes with the script, as on Tab', async () => {
  const { stdout: script } = await project.run(['completion', 'bash']);
  const repository = path.resolve(import.meta.dirname, '../../../..');
  const press = `stockflow() { "${process.execPath}" "${repository}/runner/cli.ts" "$@"; }
${script}
COMP_WORDS=(stockflow tasks logs nightly l); COMP_CWORD=4; _stockflow
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)('bash', ['-c', press], { cwd: project.dir });
  assert.equal(stdout, 'load\n');
});
