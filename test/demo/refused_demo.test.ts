import assert from 'node:assert/strict';
import path from 'node:path';
import { after, test } from 'node:test';
import { Command } from 'commander';
import { configure } from '../../demo/commands/demo.ts';
import { keptShell } from '../support/kept_shell.ts';
import { testDatabase } from '../support/postgres/database.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const { url, pool } = await testDatabase({ after }, { migrations: ['runner', 'queue'] });

async function demo(env: Readonly<Record<string, string>>): Promise<void> {
  const command = new Command('demo');
  configure(command, keptShell('pipe', { env: { DATABASE_URL: url, ...env } }).shell);
  await command.parseAsync([], { from: 'user' });
}

test('a project without the DAG is told which template has it', async () => {
  await assert.rejects(demo({ STOCKFLOW_DAGS: path.join(ROOT, 'docs') }), {
    exitCode: 2,
    message:
      /^there is no inventory_sync\.yaml in \S+, and the demo works a night of it; stockflow init <folder>/,
  });
});

test('a database in which the DAG is scheduled is refused, and stays as it is', async () => {
  await pool.query(
    "insert into stockflow.dag (dag_id, file) values ('inventory_sync', 'inventory_sync.yaml')",
  );
  await assert.rejects(demo({ STOCKFLOW_DAGS: path.join(ROOT, 'dags') }), {
    exitCode: 2,
    message: /^inventory_sync is scheduled in the database of DATABASE_URL, and the demo would pause it; /,
  });
  const { rows } = await pool.query(
    "select is_paused, to_regnamespace('oms') as oms from stockflow.dag where dag_id = 'inventory_sync'",
  );
  assert.deepEqual(rows, [{ is_paused: false, oms: null }]);
});
