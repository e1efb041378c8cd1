/** Every command that takes `-o`: what it prints as JSON is JSON and nothing else, while the log is at its loudest. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Command } from 'commander';
import { commandsOf } from '../../../../runner/commands/cli/catalog_entry.ts';
import { allCommands } from '../../../../runner/commands/cli/found_commands.ts';
import { startHttpReceiver } from '../../../support/http_receiver.ts';
import { keptShell } from '../../../support/kept_shell.ts';
import { testDatabase } from '../../../support/postgres/database.ts';
import { startDemoServer } from '../../connections/sftp/suite.ts';
import { cliProject } from '../cli_project.ts';

interface Case {
  readonly args: readonly string[];
  /** The exit code; 0 by default. */
  readonly code?: number;
  /** Runs with the DAGs and task types of this repository instead of the test's own. */
  readonly isShipped?: true;
}

/** By name. A command that takes `-o` and is not here fails the first test: give it a line on which it prints something. */
const CASES: Readonly<Record<string, Case>> = {
  demo: { args: ['--rows', '3000'], isShipped: true },
  changes: { args: [], isShipped: true },
  'alerts list': { args: [] },
  'alerts test': { args: ['ops_hook'] },
  'audit events': { args: [] },
  'audit export': { args: ['--date', '2026-01-01', '--to', 'out'] },
  'audit verify': { args: [] },
  'backfill create': {
    args: ['quick', '--from', '2026-01-01', '--to', '2026-01-02', '--yes', '--detach'],
  },
  'backfill list': { args: [] },
  'backfill show': { args: ['1'] },
  'backfill watch': { args: ['1'] },
  'backfill retry-failed': { args: ['retried', '--detach'] },
  'connections fingerprint': { args: ['store'] },
  'connections test': { args: ['store'] },
  'dags list': { args: [] },
  'dags next': { args: ['nightly'] },
  'dags plan': { args: ['nightly'] },
  'dags show': { args: ['nightly'] },
  'dags validate': { args: [] },
  doctor: { args: [], code: 1 },
  migrate: { args: [] },
  'oms check': { args: [], isShipped: true },
  'pools list': { args: [] },
  'runs artifacts': { args: ['failing'] },
  'runs explain': { args: ['failing'] },
  'runs list': { args: [] },
  'runs show': { args: ['failing'] },
  'runs watch': { args: ['failing'], code: 1 },
  status: { args: [], code: 1 },
  'tasks logs': { args: ['failing', 'boom'] },
  trigger: { args: ['quick'] },
  'web token create': { args: ['night_shift'] },
  'web token list': { args: [] },
  'web user list': { args: ['--file', 'users.txt'] },
};

/** Commands that need a world of their own, which the tests beside them have. */
const ELSEWHERE = ['compare'];

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const SHIPPED = { STOCKFLOW_DAGS: path.join(ROOT, 'dags'), STOCKFLOW_TASKS: path.join(ROOT, 'tasks') };
const { url } = await testDatabase({ after }, { migrations: ['runner', 'queue'] });
const server = await startDemoServer();
after(() => server[Symbol.asyncDispose]());
const receiver = await startHttpReceiver({ after });
const project = await cliProject(
  { after },
  {
    DATABASE_URL: url,
    STOCKFLOW_CONN_OMS: url,
    STOCKFLOW_CONN_OPS_HOOK: receiver.url,
    STOCKFLOW_CONN_STORE: `sftp://${server.user}@127.0.0.1:${server.port}?host_key=${server.fingerprint}&private_key_file=${server.privateKeyFile}`,
  },
);

before(async () => {
  const dag = (dagId: string, schedule: string, tasks: string) =>
    project.write(
      `dags/${dagId}.yaml`,
      `dag_id: ${dagId}\ntimezone: UTC\nschedule: ${schedule}\ntasks: ${tasks}\n`,
    );
  await dag('quick', '"0 1 * * *"', '[{task_id: a, type: step}]');
  await dag('nightly', '"0 1 * * *"', '[{task_id: a, type: step}]');
  for (const dagId of ['failing', 'retried'])
    await dag(dagId, '"0 1 * * *"', '[{task_id: boom, type: step, retries: 0, with: {fail: "no rows"}}]');
  const range = ['--from', '2026-01-01', '--to', '2026-01-01', '--yes', '--local'];
  assert.equal((await project.run(['backfill', 'create', 'quick', ...range])).code, 0);
  for (const dagId of ['failing', 'retried'])
    assert.equal((await project.run(['backfill', 'create', dagId, ...range])).code, 1);
});

test('every command that takes -o has a line here', async () => {
  const folders = ['demo/commands', 'tasks/commands'].map((folder) => path.join(ROOT, folder));
  const taking: string[] = [];
  for (const { words, load } of commandsOf(allCommands(folders))) {
    const command = new Command(words);
    (await load()).configure(command, keptShell().shell);
    if (command.options.some(({ long }) => long === '--output')) taking.push(words);
  }
  assert.deepEqual(taking.toSorted(), [...Object.keys(CASES), ...ELSEWHERE].toSorted());
});

for (const [name, { args, code: expected = 0, isShipped = false }] of Object.entries(CASES)) {
  test(`stdout of ${name} is JSON alone`, { timeout: 180_000 }, async () => {
    const { code, stdout, stderr } = await project.run([...name.split(' '), ...args, '-o', 'json'], {
      STOCKFLOW_DEBUG: '1',
      STOCKFLOW_LOG: 'json',
      ...(isShipped ? SHIPPED : {}),
    });
    assert.doesNotThrow(() => JSON.parse(stdout), `stdout: ${stdout}\nstderr: ${stderr}`);
    assert.equal(code, expected, stderr);
  });
}
