import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { cliProject } from '../../runner/commands/cli_project.ts';
import { testDatabase } from '../../support/postgres/database.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');

test('a clone without a till or a second ERP reports no problem for them', async (t) => {
  const { url, pool } = await testDatabase(t, { migrations: ['runner', 'oms', 'queue'] });
  const env = {
    DATABASE_URL: url,
    STOCKFLOW_DAGS: path.join(ROOT, 'dags'),
    STOCKFLOW_TASKS: path.join(ROOT, 'tasks'),
  };
  const project = await cliProject(t, env);
  const looked = async () => {
    const { stdout } = await project.run(['doctor', '-o', 'json']);
    return (JSON.parse(stdout) as { check: string; verdict: string; found: string }[]).filter(({ check }) =>
      /connection|paused/.test(check),
    );
  };
  const named = (findings: readonly { check: string }[]) => findings.map(({ check }) => check);
  assert.deepEqual(named(await looked()), ['paused', 'connection oms', 'connection retailpro']);

  const up = project.start(['up']);
  await up.said('pos_inventory_delta');
  await up.said('erp_inventory_reset');
  const status = JSON.parse((await project.run(['status', '-o', 'json'])).stdout);
  assert.deepEqual(
    status.map(({ dag_id, state, problem }: Record<string, unknown>) => [dag_id, state, problem]),
    [
      ['erp_inventory_reset', 'paused', false],
      ['inventory_sync', 'not due yet', false],
      ['pos_inventory_delta', 'paused', false],
    ],
  );
  assert.deepEqual(named(await looked()), ['paused', 'connection oms', 'connection retailpro']);

  const resumed = await project.run(['dags', 'resume', 'pos_inventory_delta']);
  assert.match(resumed.stderr, /is scheduled again; next run/);
  assert.deepEqual(named(await looked()), [
    'paused',
    'connection oms',
    'connection pos',
    'connection retailpro',
  ]);
  up.kill('SIGTERM');
  await up.ended;
  const { rows } = await pool.query(
    `select dag_id, after ->> 'is_paused' as is_paused from stockflow.event where action = 'dag.added' order by dag_id`,
  );
  assert.deepEqual(rows, [
    { dag_id: 'erp_inventory_reset', is_paused: 'true' },
    { dag_id: 'inventory_sync', is_paused: null },
    { dag_id: 'pos_inventory_delta', is_paused: 'true' },
  ]);
});
