import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../support/postgres/database.ts';
import { cliProject } from './cli_project.ts';

test('a database of DATABASE_URL is refused while migrations are pending, and changed by migrate only', async (t) => {
  const { url, pool } = await testDatabase(t);
  const project = await cliProject(t, { DATABASE_URL: url });
  const schemas = async () =>
    (
      await pool.query(
        `select nspname from pg_namespace where nspname in ('stockflow', 'graphile_worker', 'oms')`,
      )
    ).rowCount;

  const refused = await project.run(['runs', 'list']);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^error: \d+ migrations are pending in the database: run stockflow migrate$/m);
  assert.equal(await schemas(), 0);

  const planned = await project.run(['migrate', '--dry-run']);
  assert.equal(planned.code, 0, planned.stderr);
  assert.match(
    planned.stdout,
    /^runner {2}0016_alerts\.sql\n {2}What people are told\n {2}locks {4}none that anybody feels\n {2}workers {2}none works here yet$/m,
  );
  assert.match(
    planned.stderr,
    /^\d+ would be applied; nothing was changed\. stockflow migrate applies them$/m,
  );
  assert.equal(await schemas(), 0);

  const first = await project.run(['migrate', '-o', 'json']);
  assert.equal(first.code, 0);
  const applied: { set: string; name: string }[] = JSON.parse(first.stdout);
  assert.equal(applied[0]?.set, 'queue');
  assert.ok(applied.slice(1).every(({ set }) => set === 'runner'));
  assert.equal(await schemas(), 2);

  const [again, listed] = await Promise.all([
    project.run(['migrate', '-o', 'json']),
    project.run(['runs', 'list', '-o', 'json']),
  ]);
  assert.deepEqual(JSON.parse(again.stdout), []);
  assert.deepEqual([listed.code, JSON.parse(listed.stdout)], [0, []]);

  const oms = await project.run(['migrate', '--oms', '-o', 'json']);
  assert.ok(JSON.parse(oms.stdout).every(({ set }: { set: string }) => set === 'oms'));
  assert.equal(await schemas(), 3);
});
