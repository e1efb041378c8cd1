import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { testDatabase, testServerUrl } from '../support/postgres/database.ts';
import { tableOf, testWeb } from '../support/web/app.ts';
import { documentedTypes, exampleProject } from './example_project.ts';
import { ROOT } from './pages.ts';

const run = promisify(execFile);
const project = await exampleProject({ after });

test('the task types in the documentation load under the names of their files', async () => {
  const types = await documentedTypes(project);
  const shown = project.files.map((file) => /^tasks\/([a-z0-9_]+)\.ts$/.exec(file)?.[1]);
  for (const type of shown.filter((name) => name !== undefined)) assert.ok(types.has(type), type);
});

test('the pages in the documentation are served, and linked from their runs', async (t) => {
  const { url, pool } = await testDatabase(t, { migrations: ['runner', 'queue'] });
  await pool.query('create table delivery (delivery_id text primary key, units integer, business_date date)');
  await pool.query("insert into delivery values ('D<1>', 4, '2026-01-31'), ('D2', 7, '2026-02-01')");
  const folders = [path.join(project.dir, 'tasks/pages')];
  const web = await testWeb(t, { pool, folders, env: { STOCKFLOW_CONN_WAREHOUSE: url } });
  assert.deepEqual(web.logged, []);
  const shown = async (at: string) =>
    tableOf((await web.get(at)).body, 'Deliveries, the largest first').slice(1);
  assert.deepEqual(await shown('/deliveries'), [
    ['D2', '7'],
    ['D<1>', '4'],
  ]);
  assert.deepEqual(await shown('/deliveries/2026-01-31'), [['D<1>', '4']]);
  assert.equal((await web.get('/deliveries/tuesday')).status, 404);
  assert.match(
    (await web.get('/deliveries')).body,
    /<a href="\/deliveries" aria-current="page">Deliveries<\/a>/,
  );
});

test('the code in the documentation has the right types', async () => {
  const config = { extends: path.join(ROOT, 'tsconfig.json'), include: project.files };
  await writeFile(path.join(project.dir, 'tsconfig.json'), JSON.stringify(config));
  const tsc = path.join(ROOT, 'node_modules/.bin/tsc');
  const { stdout } = await run(tsc, ['--noEmit', '-p', project.dir]).catch((error: unknown) => {
    if (error instanceof Error && 'stdout' in error) return { stdout: String(error.stdout) };
    throw error;
  });
  assert.equal(stdout, '');
});

test('the tests in the documentation pass', async () => {
  const files = project.files.filter((file) => file.endsWith('.test.ts'));
  assert.ok(files.length > 0);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const args = ['--test', '--test-reporter=tap', ...files];
  const { stdout } = await run(process.execPath, args, {
    cwd: project.dir,
    env: { ...env, TEST_DATABASE_URL: await testServerUrl() },
  });
  assert.match(stdout, new RegExp(`^# pass ${files.length}$`, 'm'));
});
