/** Runs each file of dags/examples to its end against a real OMS schema and a real SFTP server. */
import assert from 'node:assert/strict';
import { chmod, cp, mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { cliProject } from '../runner/commands/cli_project.ts';
import { startDemoServer } from '../runner/connections/sftp/suite.ts';
import { startHttpReceiver } from '../support/http_receiver.ts';
import { testDatabase } from '../support/postgres/database.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const { url, pool } = await testDatabase({ after }, { migrations: ['runner', 'oms', 'queue'] });
const server = await startDemoServer();
after(() => server[Symbol.asyncDispose]());
const sftp = `sftp://${server.user}@127.0.0.1:${server.port}?host_key=${server.fingerprint}&private_key_file=${server.privateKeyFile}`;
const planning = await startHttpReceiver({ after });
planning.answer((response) => void response.end('{"accepted": true}'));
const project = await cliProject(
  { after },
  {
    DATABASE_URL: url,
    STOCKFLOW_DAGS: path.join(ROOT, 'dags/examples'),
    STOCKFLOW_TASKS: path.join(ROOT, 'tasks'),
    STOCKFLOW_CONN_OMS: url,
    STOCKFLOW_CONN_PROVIDER: sftp,
    STOCKFLOW_CONN_AUDITORS: sftp,
    STOCKFLOW_CONN_SHOP: url,
    STOCKFLOW_CONN_PLANNING: planning.url,
    STOCKFLOW_CONN_OFFICE: sftp,
  },
);

/** One product sold online, with an SKU and no UPC. */
before(async () => {
  await pool.query(`
    insert into oms.product (product_id, product_type_id, is_virtual, introduction_date)
      values ('P1', 'FINISHED_GOOD', false, '2025-01-01T00:00:00Z');
    insert into oms.good_identification (good_identification_type_id, product_id, from_date, id_value)
      values ('SKU', 'P1', '2025-01-01T00:00:00Z', 'SKU-1');
    insert into oms.shopify_shop_product (shop_id, product_id, shopify_product_id) values ('S', 'P1', '1');`);
});

interface EndedRun {
  readonly code: number | null;
  readonly states: Readonly<Record<string, string>>;
}

async function worked(
  dagId: string,
  date: string,
  env: Readonly<Record<string, string>> = {},
): Promise<EndedRun> {
  const how = ['--date', date, '--time-edges', 'collapse', '--local', '-o', 'json'];
  const { code, stdout, stderr } = await project.run(['trigger', dagId, ...how], env);
  assert.notEqual(stdout, '', stderr);
  const { tasks }: { tasks: { task_id: string; state: string; error_text: string | null }[] } =
    JSON.parse(stdout);
  return {
    code,
    states: Object.fromEntries(
      tasks.map(({ task_id, state, error_text }) => [
        task_id,
        state === 'failed' ? `failed: ${error_text}` : state,
      ]),
    ),
  };
}

async function fileOnServer(name: string): Promise<string> {
  return await readFile(path.join(server.rootDir, name), 'utf8');
}

test('the product feed is sent to its provider', async () => {
  await mkdir(path.join(server.rootDir, 'in'), { recursive: true });
  const { code, states } = await worked('active_products_feed', '2026-03-11');
  assert.deepEqual([states, code], [{ list_products: 'success', send_to_provider: 'success' }, 0]);
  assert.match(await fileOnServer('in/products_2026-03-11.csv'), /P1,SKU,SKU-1/);
});

test('the lists of a month are kept, and its run is good though one of them may fail', async () => {
  await mkdir(path.join(server.rootDir, 'in'), { recursive: true });
  const { code, states } = await worked('month_end_lists', '2026-03-01');
  const { upc_list, ...others } = states;
  assert.match(upc_list ?? '', /^failed: /);
  assert.deepEqual([others, code], [{ sku_list: 'success', copy_for_auditors: 'success' }, 0]);
  assert.match(await readFile(path.join(project.dir, 'month_end/2026-03-01_sku.csv'), 'utf8'), /SKU-1/);
});

test('the stores are closed after the counts of the night, the planning system is told, and the report is archived', async () => {
  await cp(path.join(ROOT, 'dags/examples/sql'), path.join(project.dir, 'dags/examples/sql'), {
    recursive: true,
  });
  await project.write('scripts/render_report', '#!/bin/sh\nmkdir -p out\necho "report of $2" > "$4"\n');
  await chmod(path.join(project.dir, 'scripts/render_report'), 0o755);
  await pool.query(`
    create table store_day (store_id text, business_date date, reported_at timestamptz, closed_at timestamptz);
    create table stockflow_sql_done (key text primary key, output jsonb, done_at timestamptz not null default now());
    insert into store_day values ('S1', '2026-03-11', now()), ('S2', '2026-03-11', now()), ('S1', '2026-03-12', null);`);
  // A night of the same name, of which the proof alone is there.
  await project.write(
    'nights/inventory_sync.yaml',
    `dag_id: inventory_sync
timezone: America/New_York
schedule: null
tasks: [{task_id: verify_night, type: shell, with: {command: ["true"]}}]
`,
  );
  const night = await worked('inventory_sync', '2026-03-11', {
    STOCKFLOW_DAGS: path.join(project.dir, 'nights'),
  });
  assert.deepEqual(night.states, { verify_night: 'success' });
  const { code, states } = await worked('store_close', '2026-03-11');
  const tasks = [
    'wait_for_counts',
    'wait_for_tills',
    'close_day',
    'tell_planning',
    'render_report',
    'send_report',
  ];
  assert.deepEqual([states, code], [Object.fromEntries(tasks.map((task) => [task, 'success'])), 0]);
  assert.deepEqual(JSON.parse(planning.received[0]?.body ?? ''), {
    date: '2026-03-11',
    stores: [{ store_id: 'S1' }, { store_id: 'S2' }],
  });
  assert.equal(await fileOnServer('reports/2026-03-11_report.pdf'), 'report of 2026-03-11\n');
  const { rows } = await pool.query('select store_id from store_day where closed_at is null');
  assert.deepEqual(rows, [{ store_id: 'S1' }]);
});

test('no example is left out', async () => {
  const source = await readFile(import.meta.filename, 'utf8');
  const files = await readdir(path.join(ROOT, 'dags/examples'));
  for (const file of files.filter((name) => name.endsWith('.yaml')))
    assert.ok(source.includes(`worked('${path.basename(file, '.yaml')}'`), `${file} is worked by no test`);
});
